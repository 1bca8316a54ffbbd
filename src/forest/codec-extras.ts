import { ForestError } from './errors.js'
import type { ColumnRanges } from './range-extension.js'
import type { ColumnScales } from './rows.js'

/** What bytes of version 3 say besides their header, as JSON behind it. @internal */
export interface ForestExtras {
  /** Names of the columns. */
  readonly names?: readonly string[] | undefined
  readonly scales?: ColumnScales | undefined
  /** Of the columns, where the score goes on growing beyond them. */
  readonly ranges?: ColumnRanges | undefined
  /** Columns that were constant in the training rows. */
  readonly constant?: readonly number[] | undefined
  /** Of the columns, which stand in for values that are missing; none where they are refused. */
  readonly medians?: Float64Array | undefined
  /** Rank of the threshold, where of the scores only a table was kept. */
  readonly middle?: number | undefined
}

/** Longest name of a column, in characters. */
export const LONGEST_NAME = 200

/** Extras as UTF-8; null where there are none. @internal */
export function encodeExtras({
  names,
  scales,
  ranges,
  constant,
  medians,
  middle,
}: ForestExtras): Uint8Array | null {
  if ([names, scales, ranges, medians, middle].every((extra) => extra === undefined)) return null
  const plain = {
    names,
    offsets: scales && [...scales.offsets],
    factors: scales && [...scales.factors],
    lows: ranges && [...ranges.lows],
    highs: ranges && [...ranges.highs],
    constant,
    medians: medians && [...medians],
    middle,
  }
  return new TextEncoder().encode(JSON.stringify(plain))
}

/** @throws ForestError FOREST_BAD_BYTES @internal */
export function decodeExtras(bytes: Uint8Array, nFeatures: number, nScores: number): ForestExtras {
  const plain = parsed(bytes)
  const { names, constant, medians, middle } = plain
  if (names !== undefined && !areNames(names, nFeatures)) refuse('the names of the columns do not fit')
  const [offsets, factors] = pairOf(plain, ['offsets', 'factors'], nFeatures)
  const [lows, highs] = pairOf(plain, ['lows', 'highs'], nFeatures)
  if (factors?.some((factor) => factor <= 0)) refuse('its factors do not fit')
  if (constant !== undefined && !(areNumbers(constant) && constant.every((f) => f >= 0 && f < nFeatures)))
    refuse('the constant columns do not fit')
  if (medians !== undefined && !areNumbers(medians, nFeatures)) refuse('its medians do not fit')
  if (middle !== undefined && !isRank(middle, nScores)) refuse('the table of scores does not fit')
  return {
    names,
    constant,
    middle,
    medians: medians && Float64Array.from(medians),
    scales: offsets && factors && { offsets, factors },
    ranges: lows && highs && { lows, highs },
  }
}

/** Two lists of a number for each column, both or none. */
function pairOf(
  plain: { readonly [name: string]: unknown },
  pair: readonly [string, string],
  nFeatures: number,
): readonly [Float64Array | undefined, Float64Array | undefined] {
  const [first, second] = pair.map((name) => plain[name])
  if (first === undefined && second === undefined) return [undefined, undefined]
  if (areNumbers(first, nFeatures) && areNumbers(second, nFeatures))
    return [Float64Array.from(first), Float64Array.from(second)]
  return refuse(`its ${pair.join(' and ')} do not fit`)
}

function isRank(middle: unknown, nScores: number): middle is number {
  return typeof middle === 'number' && Number.isInteger(middle) && middle >= 0 && middle <= nScores
}

/** Whether these can be the names of so many columns: each other than the others, none empty. @internal */
export function areNames(names: unknown, nFeatures: number): names is string[] {
  return (
    Array.isArray(names) &&
    names.length === nFeatures &&
    names.every((name) => typeof name === 'string' && name.length > 0 && name.length <= LONGEST_NAME) &&
    new Set(names).size === nFeatures
  )
}

function areNumbers(values: unknown, length?: number): values is number[] {
  return (
    Array.isArray(values) &&
    (length === undefined || values.length === length) &&
    values.every(Number.isFinite)
  )
}

function parsed(bytes: Uint8Array): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as { readonly [name: string]: unknown }
  } catch {
    // What is no JSON is refused as what is none of ours.
  }
  return refuse('what follows the header cannot be read')
}

function refuse(reason: string): never {
  throw new ForestError('FOREST_BAD_BYTES', `bytes refused: ${reason}; pass what toBytes() gave`)
}

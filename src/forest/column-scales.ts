import type { ColumnRanges } from './range-extension.js'
import { type ColumnScales, MAX_FLOAT32, type Rows } from './rows.js'

/** A feature is constant to a forest where its float32 values differ by at most this (scikit-learn's FEATURE_THRESHOLD). */
const CONSTANT_RANGE = 1e-7
/** A column that float32 keeps fewer different values of than this, over its range, is taken from its middle. */
const LEAST_LEVELS = 1024
/** Largest exponent of a factor. */
const MOST_EXPONENT = 1000
/** Significant bits of a float32. */
const FLOAT32_BITS = 24

/** What the columns of some rows are like. @internal */
export interface ColumnSurvey {
  /** Features that no tree can be split on. */
  readonly constant: readonly number[]
  /** Null where every column can be compared as it is. */
  readonly scales: ColumnScales | null
  readonly ranges: ColumnRanges
}

/**
 * Looks for columns that would vanish in float32: 1e-9 amounts, whose differences a forest takes for none, and
 * milliseconds since 1970, of which float32 knows one in 131,072. Their middle is taken off, and a power of two that brings
 * the range to about 1 multiplied on, so that order and proportions stay. Other columns, and with them
 * all that scikit-learn would grow from them, stay bit for bit.
 * @param rows checked
 * @param mayScale whether columns that would vanish are to be scaled
 * @internal
 */
export function surveyColumns(rows: Rows, nFeatures: number, mayScale: boolean): ColumnSurvey {
  const lows = new Float64Array(nFeatures).fill(Number.POSITIVE_INFINITY)
  const highs = new Float64Array(nFeatures).fill(Number.NEGATIVE_INFINITY)
  if ('data' in rows) {
    const { data, nRows } = rows
    for (let r = 0; r < nRows; r++) widen(data, r * nFeatures, lows, highs)
  } else {
    for (const row of rows) widen(row, 0, lows, highs)
  }
  const constant: number[] = []
  const offsets = new Float64Array(nFeatures)
  const factors = new Float64Array(nFeatures).fill(1)
  let scaled = false
  for (let f = 0; f < nFeatures; f++) {
    const low = lows[f] as number
    const high = highs[f] as number
    if (mayScale && low < high && vanishes(low, high)) {
      scaled = true
      offsets[f] = low + (high - low) / 2
      factors[f] = 2 ** Math.min(MOST_EXPONENT, -Math.floor(Math.log2(high - low)))
    }
    const factor = factors[f] as number
    const range = factor === 1 ? float32(high) - float32(low) : (high - low) * factor
    if (range <= CONSTANT_RANGE) constant.push(f)
  }
  return { constant, scales: scaled ? { offsets, factors } : null, ranges: { lows, highs } }
}

/** Whether float32 keeps too little of the differences between two values. */
function vanishes(low: number, high: number): boolean {
  if (float32(high) - float32(low) <= CONSTANT_RANGE) return true
  const largest = Math.max(Math.abs(low), Math.abs(high))
  const step = 2 ** (Math.floor(Math.log2(largest)) - FLOAT32_BITS + 1)
  return (high - low) / step < LEAST_LEVELS
}

/** As rows are written. */
function float32(value: number): number {
  return Math.fround(Math.min(Math.max(value, -MAX_FLOAT32), MAX_FLOAT32))
}

function widen(values: ArrayLike<number>, at: number, lows: Float64Array, highs: Float64Array): void {
  for (let f = 0; f < lows.length; f++) {
    const value = values[at + f] as number
    if (value < (lows[f] as number)) lows[f] = value
    if (value > (highs[f] as number)) highs[f] = value
  }
}

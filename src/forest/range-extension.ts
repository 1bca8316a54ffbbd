import type { WasmExports } from './wasm-exports.js'

/** Between which values each column of the training rows lies. */
export interface ColumnRanges {
  /** f64[nFeatures] */
  readonly lows: Float64Array
  /** f64[nFeatures] */
  readonly highs: Float64Array
}

/** So many features count in full. */
const FEW_FEATURES = 3

/**
 * A score that keeps growing beyond the range of the baseline.
 *
 * A forest is flat out there: every tree sends a value above its last split to the same leaf. A random cut forest
 * is not, for its first cut may fall between the record and everything else: with d_f the distance beyond the
 * range r_f, that happens with probability P = u / (1 + u), u = w · Σ d_f / r_f (Guha, Mishra, Roy, Schrijvers, ICML
 * 2016, with each distance taken relative to its range, since our trees pick features evenly). Such a cut makes
 * the path end at the root, so the expected path length is (1 - P) · h, and with s = 2^(-h/c):
 *
 *   score = s^(1 - P) = s^(1 / (1 + u))
 *
 * w is 1 for up to three features, and √(3 / F) for F of them: of many, some are a trifle beyond the range of what came
 * before in every other ordinary record, and w = 1 would rank those above records that are odd within it.
 *
 * It equals s within the range, rises strictly with every d_f and stays below 1. The added bits are
 * -P · log2 s, which belong to the features in proportion to d_f / r_f.
 *
 * @param inside score of the forest, (0, 1)
 * @param beyond d_f / r_f by feature, 0 or more
 * @internal
 */
export function extendScore(wasm: WasmExports, inside: number, beyond: ArrayLike<number>): number {
  let total = 0
  for (let f = 0; f < beyond.length; f++) total += beyond[f] as number
  if (total === 0) return inside
  const u = total * Math.min(1, Math.sqrt(FEW_FEATURES / beyond.length))
  return wasm.exp2(Math.log2(inside) / (1 + u))
}

/**
 * How far a raw value is outside of the range of its column, as a multiple of that. A column that was constant has none:
 * of it is known that it was so in n rows, so that another value comes with probability 1 / (n + 2) (Laplace), and P is
 * the rest.
 * @internal
 */
export function beyondRange(
  value: number,
  feature: number,
  { lows, highs }: ColumnRanges,
  nRows: number,
): number {
  const low = lows[feature] as number
  const high = highs[feature] as number
  // Halves, which change nothing but that the largest numbers have a difference.
  const outside = Math.max(low / 2 - value / 2, value / 2 - high / 2)
  if (!(outside > 0)) return 0
  return high > low ? outside / (high / 2 - low / 2) : nRows + 1
}

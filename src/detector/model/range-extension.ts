import type { WasmExports } from '../../forest/wasm-exports.js'

/**
 * A score that keeps growing beyond the range of the baseline.
 *
 * A forest is flat out there: every tree sends a value above its last split to the same leaf. A random cut forest
 * is not, for its first cut may fall between the record and everything else: with d_f the distance beyond the
 * range r_f, that happens with probability P = u / (1 + u), u = Σ d_f / r_f (Guha, Mishra, Roy, Schrijvers, ICML
 * 2016, with each distance taken relative to its range, since our trees pick features evenly). Such a cut makes
 * the path end at the root, so the expected path length is (1 - P) · h, and with s = 2^(-h/c):
 *
 *   score = s^(1 - P) = s^(1 / (1 + u))
 *
 * It equals s within the range, rises strictly with every d_f and stays below 1. The added bits are
 * -P · log2 s, which belong to the features in proportion to d_f / r_f.
 *
 * @param inside score of the forest, (0, 1)
 * @param beyond d_f / r_f by feature, 0 or more
 */
export function extendScore(wasm: WasmExports, inside: number, beyond: Float64Array): number {
  let total = 0
  for (let f = 0; f < beyond.length; f++) total += beyond[f] as number
  return total === 0 ? inside : wasm.exp2(Math.log2(inside) / (1 + total))
}

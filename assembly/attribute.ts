// Exact additive explanation of a score, in bits. Along a row's path each step from a node with n_u rows to
// a child with n_w rows on feature f adds 1 + c(n_w) - c(n_u) to φ_f; the steps telescope to h(x) - c(ψ). With
// b_f = -φ_f / (T·c(ψ)) summed over the trees, s(x) = 2^(-1 + Σ b_f).

import {
  H_BLOCKS,
  H_CONTRIBUTIONS,
  H_FEATURES,
  H_NODES,
  H_NODES_AT,
  H_PATH_TABLE,
  H_ROW,
  H_SIZES_AT,
  H_TREES,
  LANES,
  regionPtr,
  S_HEIGHT,
  S_NORMALIZER,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { leavesBase, toKeys, toScore } from './score'

/**
 * Scores the float32 row in the row region, which becomes keys, and writes its contributions in bits,
 * f64[F], to the contributions region. The score has the same bits as `score` gives.
 */
export function attribute(base: usize, slot: u32): f64 {
  const nFeatures = word(base, H_FEATURES)
  const nTrees = word(base, H_TREES)
  const row = regionPtr(base, H_ROW)
  toKeys(row, row, word(base, H_BLOCKS))
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const normalizer = load<f64>(at + S_NORMALIZER)
  const table = regionPtr(base, H_PATH_TABLE)
  const out = regionPtr(base, H_CONTRIBUTIONS)
  // LANES accumulators a feature, one for each tree of a group, so that sums do not wait for one another.
  memory.fill(out, 0, <usize>nFeatures * 8 * LANES)

  const nodeBytes = (<usize>word(base, H_NODES)) * (8 * LANES)
  let nodes = slotRegionPtr(base, slot, H_NODES_AT)
  let sizes = slotRegionPtr(base, slot, H_SIZES_AT)
  let leaves = leavesBase(base, slot, height)
  let sum: f64 = 0
  for (let first: u32 = 0; first < nTrees; first += LANES) {
    const lanes = min(LANES, nTrees - first)
    for (let lane: u32 = 0; lane < lanes; lane++) {
      sum += walk(nodes, sizes, leaves, row, table, out, height, lane)
    }
    nodes += nodeBytes
    sizes += nodeBytes >> 1
    leaves += nodeBytes
  }

  const scale: f64 = normalizer == 0 ? 0 : -1 / normalizer
  for (let f: usize = 0; f < nFeatures; f++) {
    const from = out + f * (8 * LANES)
    let bits: f64 = 0
    for (let lane: usize = 0; lane < LANES; lane++) bits += load<f64>(from + (lane << 3))
    store<f64>(out + (f << 3), bits * scale)
  }
  return toScore(sum, normalizer)
}

/** Walks one tree, adding its steps to the lane's accumulators; returns the row's path length there. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function walk(
  nodes: usize,
  sizes: usize,
  leaves: usize,
  row: usize,
  table: usize,
  out: usize,
  height: u32,
  lane: u32,
): f64 {
  const lane8 = (<usize>lane) << 3
  const lane2 = (<usize>lane) << 1
  let i: u32 = 1
  let here = load<f64>(table + ((<usize>load<u16>(sizes + 2 * LANES + lane2)) << 3))
  for (let level = height; level > 0; level--) {
    const node = nodes + <usize>i * (8 * LANES) + lane8
    const featureBytes = <usize>load<u32>(node, 4)
    i = (i << 1) | u32(load<i32>(row + featureBytes) > load<i32>(node))
    const size = load<u16>(sizes + <usize>i * (2 * LANES) + lane2)
    if (size == 0) {
      // A leaf above the last level: the rest of the way is padding, always to the left.
      i <<= level - 1
      break
    }
    const next = load<f64>(table + ((<usize>size) << 3))
    const sum = out + featureBytes * (2 * LANES) + lane8
    store<f64>(sum, load<f64>(sum) + (1 + next - here))
    here = next
  }
  return load<f64>(leaves + <usize>i * (8 * LANES) + lane8)
}

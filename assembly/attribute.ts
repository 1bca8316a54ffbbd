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
  S_SUBSAMPLE,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { leaf, leavesBase, step, toKeys, toScore } from './score'

/**
 * Scores the float32 row in the row region, which becomes keys, and writes its contributions in bits,
 * f64[F], to the contributions region. The score has the same bits as `score` gives.
 */
export function attribute(base: usize, slot: u32): f64 {
  const nFeatures = <usize>word(base, H_FEATURES)
  const row = regionPtr(base, H_ROW)
  toKeys(row, row, word(base, H_BLOCKS))
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const normalizer = load<f64>(at + S_NORMALIZER)
  const table = regionPtr(base, H_PATH_TABLE)
  const out = regionPtr(base, H_CONTRIBUTIONS)
  // Four sums a feature, one for each tree walked side by side, so that they do not wait for one another.
  memory.fill(out, 0, nFeatures * 32)

  const groupBytes = (<usize>word(base, H_NODES)) * (8 * LANES)
  const rootLength = load<f64>(table + ((<usize>load<u32>(at + S_SUBSAMPLE)) << 3))
  let nodes = slotRegionPtr(base, slot, H_NODES_AT)
  let sizes = slotRegionPtr(base, slot, H_SIZES_AT)
  let leaves = leavesBase(base, slot, height)
  const halves: u32 = 2 * ((word(base, H_TREES) + LANES - 1) / LANES)
  let sum: f64 = 0
  // Half a group at a time: eight trees with their sizes and sums would not fit the registers.
  for (let half: u32 = 0; half < halves; half++) {
    let i0: u32 = 1
    let i1: u32 = 1
    let i2: u32 = 1
    let i3: u32 = 1
    let c0 = rootLength
    let c1 = rootLength
    let c2 = rootLength
    let c3 = rootLength
    for (let level = height; level > 0; level--) {
      const f0 = featureBytesOf(nodes, i0, 0)
      const f1 = featureBytesOf(nodes, i1, 8)
      const f2 = featureBytesOf(nodes, i2, 16)
      const f3 = featureBytesOf(nodes, i3, 24)
      i0 = step(nodes, row, i0, 0)
      i1 = step(nodes, row, i1, 8)
      i2 = step(nodes, row, i2, 16)
      i3 = step(nodes, row, i3, 24)
      c0 = addStep(out, f0, 0, c0, sizeOf(sizes, i0, 0), table)
      c1 = addStep(out, f1, 8, c1, sizeOf(sizes, i1, 2), table)
      c2 = addStep(out, f2, 16, c2, sizeOf(sizes, i2, 4), table)
      c3 = addStep(out, f3, 24, c3, sizeOf(sizes, i3, 6), table)
    }
    sum += leaf(leaves, i0, 0)
    sum += leaf(leaves, i1, 8)
    sum += leaf(leaves, i2, 16)
    sum += leaf(leaves, i3, 24)
    const bytes = half & 1 ? groupBytes - 32 : 32
    nodes += bytes
    leaves += bytes
    sizes += half & 1 ? (groupBytes >> 1) - 8 : 8
  }

  const scale: f64 = normalizer == 0 ? 0 : -1 / normalizer
  for (let f: usize = 0; f < nFeatures; f++) {
    const from = out + (f << 5)
    const bits = load<f64>(from) + load<f64>(from, 8) + (load<f64>(from, 16) + load<f64>(from, 24))
    store<f64>(out + (f << 3), 0 + bits * scale)
  }
  return toScore(sum, normalizer)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function featureBytesOf(nodes: usize, i: u32, lane: usize): usize {
  return <usize>load<u32>(nodes + (<usize>i) * (8 * LANES) + lane, 4)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function sizeOf(sizes: usize, i: u32, lane: usize): u32 {
  return load<u16>(sizes + (<usize>i) * (2 * LANES) + lane)
}

/**
 * Adds a step from a node with c(n_u) = `here` to a child of `size` rows, and returns c of where that leads. A
 * child of no rows is padding below a leaf: the step adds nothing.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function addStep(out: usize, featureBytes: usize, lane: usize, here: f64, size: u32, table: usize): f64 {
  if (size == 0) return here
  const next = load<f64>(table + ((<usize>size) << 3))
  const sum = out + (featureBytes << 3) + lane
  store<f64>(sum, load<f64>(sum) + (1 + next - here))
  return next
}

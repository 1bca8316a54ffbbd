// Exact additive explanation of a score, in bits. Along a row's path each step from a node with n_u rows to
// a child with n_w rows on feature f adds 1 + c(n_w) - c(n_u) to φ_f: the difference of depth + c(size). A step along
// the padding below a leaf adds 0, as its nodes have the leaf's place. The steps telescope to h(x) - c(ψ). With
// b_f = -φ_f / (T·c(ψ)) summed over the trees, s(x) = 2^(-1 + Σ b_f).

import {
  blockLevels,
  blocksAbove,
  H_BLOCKS,
  H_BLOCKS_AT,
  H_CONTRIBUTIONS,
  H_FEATURES,
  H_LEAVES,
  H_NEXT,
  H_PATH_TABLE,
  H_PLACES_AT,
  H_ROW,
  H_ROW_WORDS,
  H_TREES,
  LANES,
  regionPtr,
  S_HEIGHT,
  S_NORMALIZER,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { nextBlock, PLACE_STEP, pathLength, STEP, sidesOf, toKeys, toScore } from './score'

/**
 * Scores the float32 row in the row region, which becomes keys, and writes its contributions in bits,
 * f64[F], to the contributions region. The score has the same bits as `score` gives.
 */
export function attribute(base: usize, slot: u32): f64 {
  const featureBytes = (<usize>word(base, H_FEATURES)) << 3
  const row = regionPtr(base, H_ROW)
  toKeys(row, row, word(base, H_ROW_WORDS))
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const levels = blockLevels(height)
  const normalizer = load<f64>(at + S_NORMALIZER)
  const table = regionPtr(base, H_PATH_TABLE)
  const next = base + H_NEXT
  // The sums of each tree walked side by side are its own, so that they do not wait for one another.
  const sums0 = regionPtr(base, H_CONTRIBUTIONS)
  const sums1 = sums0 + featureBytes
  const sums2 = sums1 + featureBytes
  const sums3 = sums2 + featureBytes
  const sums4 = sums3 + featureBytes
  const sumsEnd = sums4 + featureBytes
  memory.fill(sums0, 0, sumsEnd - sums0)

  let blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  let places = slotRegionPtr(base, slot, H_PLACES_AT)
  const halves: u32 = 2 * ((word(base, H_TREES) + LANES - 1) / LANES)
  let sum: f64 = 0
  // Half a group at a time: ten trees with their places and sums would not fit the registers.
  for (let half: u32 = 0; half < halves; half++) {
    let i0: usize = 0
    let i1: usize = 0
    let i2: usize = 0
    let i3: usize = 0
    let i4: usize = 0
    const root = places + PLACE_STEP
    let h0 = pathLength(root, 0, table)
    let h1 = pathLength(root, 2, table)
    let h2 = pathLength(root, 4, table)
    let h3 = pathLength(root, 6, table)
    let h4 = pathLength(root, 8, table)
    for (let level: u32 = 0; level < levels; level++) {
      // The tree's depth one level down, and where places of this depth and the next are, counted from block 0.
      const depth = (level << 1) + 1 - (height & 1)
      const children = places + ((1 << depth) - (blocksAbove(level) << 1)) * PLACE_STEP
      const grandchildren = places + ((2 << depth) - blocksAbove(level + 1)) * PLACE_STEP
      // All walks before all sums: a load does not pass a store whose address is not known yet.
      const b0 = blocks + i0
      const m0 = sidesOf(b0, row)
      const c0 = children + (m0 & 1) * PLACE_STEP + (i0 >> 2)
      i0 = nextBlock(i0, m0, next)
      const b1 = blocks + i1 + 16
      const m1 = sidesOf(b1, row)
      const c1 = children + (m1 & 1) * PLACE_STEP + (i1 >> 2)
      i1 = nextBlock(i1, m1, next)
      const b2 = blocks + i2 + 32
      const m2 = sidesOf(b2, row)
      const c2 = children + (m2 & 1) * PLACE_STEP + (i2 >> 2)
      i2 = nextBlock(i2, m2, next)
      const b3 = blocks + i3 + 48
      const m3 = sidesOf(b3, row)
      const c3 = children + (m3 & 1) * PLACE_STEP + (i3 >> 2)
      i3 = nextBlock(i3, m3, next)
      const b4 = blocks + i4 + 64
      const m4 = sidesOf(b4, row)
      const c4 = children + (m4 & 1) * PLACE_STEP + (i4 >> 2)
      i4 = nextBlock(i4, m4, next)
      h0 = addStep(sums0, load<u8>(b0, 12), h0, pathLength(c0, 0, table))
      h0 = addStep(sums0, load<u8>(b0 + (m0 & 1), 13), h0, pathLength(grandchildren + (i0 >> 3), 0, table))
      h1 = addStep(sums1, load<u8>(b1, 12), h1, pathLength(c1, 2, table))
      h1 = addStep(sums1, load<u8>(b1 + (m1 & 1), 13), h1, pathLength(grandchildren + (i1 >> 3), 2, table))
      h2 = addStep(sums2, load<u8>(b2, 12), h2, pathLength(c2, 4, table))
      h2 = addStep(sums2, load<u8>(b2 + (m2 & 1), 13), h2, pathLength(grandchildren + (i2 >> 3), 4, table))
      h3 = addStep(sums3, load<u8>(b3, 12), h3, pathLength(c3, 6, table))
      h3 = addStep(sums3, load<u8>(b3 + (m3 & 1), 13), h3, pathLength(grandchildren + (i3 >> 3), 6, table))
      h4 = addStep(sums4, load<u8>(b4, 12), h4, pathLength(c4, 8, table))
      h4 = addStep(sums4, load<u8>(b4 + (m4 & 1), 13), h4, pathLength(grandchildren + (i4 >> 3), 8, table))
    }
    sum += h0
    sum += h1
    sum += h2
    sum += h3
    sum += h4
    const second = half & 1
    blocks += second ? word(base, H_BLOCKS) * STEP - STEP / 2 : STEP / 2
    places += second ? word(base, H_LEAVES) * (2 * PLACE_STEP) - PLACE_STEP / 2 : PLACE_STEP / 2
  }

  const scale: f64 = normalizer == 0 ? 0 : -1 / normalizer
  for (let feature = sums0; feature < sums1; feature += 8) {
    let bits: f64 = 0
    for (let lane = feature; lane < sumsEnd; lane += featureBytes) bits += load<f64>(lane)
    store<f64>(feature, bits * scale)
  }
  return toScore(sum, normalizer)
}

/** Adds a step on a feature from a node of expected path length `here` to one of `there`, which it returns. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function addStep(sums: usize, feature: u32, here: f64, there: f64): f64 {
  const sum = sums + ((<usize>feature) << 3)
  store<f64>(sum, load<f64>(sum) + (there - here))
  return there
}

// Exact additive explanation of a score, in bits. Along a row's path each step, from a node that n_u rows reached to
// a child that n_w rows reached, on feature f, adds 1 + c(n_w) - c(n_u) to φ_f: the difference of depth + c(rows).
// Summed along the path these are h(x) - c(ψ). With b_f = -φ_f / (T·c(ψ)), φ_f summed over the trees,
// s(x) = 2^(-1 + Σ b_f). A step among the pad nodes below a leaf adds 0, as they have the leaf's place.

import {
  BLOCK_BYTES,
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
  H_ROW_VECTORS,
  H_TREES,
  HALF_LANES,
  header,
  LANES,
  PLACE_BYTES,
  regionPtr,
  S_HEIGHT,
  S_NORMALIZER,
  slotPtr,
  slotRegionPtr,
  tiersOf,
} from './layout'
import { toKeys, toScore } from './score'
import { BLOCK_STRIDE, nextBlock, PLACE_STRIDE, pathLength, sidesOf } from './walk'

/** Bytes from the first tree of a group to its second half, among blocks and among places. */
const HALF_BLOCKS: u32 = <u32>BLOCK_BYTES * HALF_LANES
const HALF_PLACES: u32 = <u32>PLACE_BYTES * HALF_LANES

/**
 * Scores the float32 row in the row region, which becomes keys, and writes its contributions in bits,
 * f64[F], to the contributions region. The score has the same bits as `score` gives.
 */
export function attribute(base: usize, slot: u32): f64 {
  if (HALF_LANES != 5) ERROR('HALF_LANES must be 5: attribute walks five trees, i0 to i4, into sums0 to sums4')
  const featureBytes = (<usize>header(base, H_FEATURES)) << 3
  const row = regionPtr(base, H_ROW)
  toKeys(row, row, header(base, H_ROW_VECTORS))
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const tiers = tiersOf(height)
  const normalizer = load<f64>(at + S_NORMALIZER)
  const table = regionPtr(base, H_PATH_TABLE)
  const next = base + H_NEXT
  // Each of the five trees has sums of its own, so that they do not wait for one another.
  const sums0 = regionPtr(base, H_CONTRIBUTIONS)
  const sums1 = sums0 + featureBytes
  const sums2 = sums1 + featureBytes
  const sums3 = sums2 + featureBytes
  const sums4 = sums3 + featureBytes
  const sumsEnd = sums4 + featureBytes
  memory.fill(sums0, 0, sumsEnd - sums0)

  let blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  let places = slotRegionPtr(base, slot, H_PLACES_AT)
  const halves: u32 = 2 * ((header(base, H_TREES) + LANES - 1) / LANES)
  let sum: f64 = 0
  // Half a group at a time: ten trees with their lengths and sums would not fit the registers.
  for (let half: u32 = 0; half < halves; half++) {
    let i0: usize = 0
    let i1: usize = 0
    let i2: usize = 0
    let i3: usize = 0
    let i4: usize = 0
    const root = places + PLACE_STRIDE
    let h0 = pathLength(root, 0, table)
    let h1 = pathLength(root, 2, table)
    let h2 = pathLength(root, 4, table)
    let h3 = pathLength(root, 6, table)
    let h4 = pathLength(root, 8, table)
    for (let tier: u32 = 0; tier < tiers; tier++) {
      // Block i's node has two children, whose first is number 2^depth + 2(i - blocksAbove(tier)), and four
      // grandchildren, each the node of a block of the next tier. Where to count from to the place of a child, by 2i
      // and its side, and of a grandchild, by the number of its block. The pad node at the top of an odd height makes
      // the root its child.
      const depth = (tier << 1) + 1 - (height & 1)
      const children = places + ((1 << depth) - (blocksAbove(tier) << 1)) * PLACE_STRIDE
      const grandchildren = places + ((2 << depth) - blocksAbove(tier + 1)) * PLACE_STRIDE
      // All walks before all sums: the processor holds a load back behind a store whose address it does not know yet.
      const b0 = blocks + i0
      const m0 = sidesOf(b0, row)
      const c0 = children + (m0 & 1) * PLACE_STRIDE + (i0 >> 2)
      i0 = nextBlock(i0, m0, next)
      const b1 = blocks + i1 + 16
      const m1 = sidesOf(b1, row)
      const c1 = children + (m1 & 1) * PLACE_STRIDE + (i1 >> 2)
      i1 = nextBlock(i1, m1, next)
      const b2 = blocks + i2 + 32
      const m2 = sidesOf(b2, row)
      const c2 = children + (m2 & 1) * PLACE_STRIDE + (i2 >> 2)
      i2 = nextBlock(i2, m2, next)
      const b3 = blocks + i3 + 48
      const m3 = sidesOf(b3, row)
      const c3 = children + (m3 & 1) * PLACE_STRIDE + (i3 >> 2)
      i3 = nextBlock(i3, m3, next)
      const b4 = blocks + i4 + 64
      const m4 = sidesOf(b4, row)
      const c4 = children + (m4 & 1) * PLACE_STRIDE + (i4 >> 2)
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
    blocks += second ? header(base, H_BLOCKS) * BLOCK_STRIDE - HALF_BLOCKS : HALF_BLOCKS
    places += second ? header(base, H_LEAVES) * 2 * PLACE_STRIDE - HALF_PLACES : HALF_PLACES
  }

  const scale: f64 = normalizer == 0 ? 0 : -1 / normalizer
  for (let feature = sums0; feature < sums1; feature += 8) {
    let bits: f64 = 0
    for (let sum = feature; sum < sumsEnd; sum += featureBytes) bits += load<f64>(sum)
    store<f64>(feature, bits * scale)
  }
  return toScore(sum, normalizer)
}

/** Adds the step from a node with depth + c(rows) `here` to one with `there`, on a feature. @returns `there` */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function addStep(sums: usize, feature: u32, here: f64, there: f64): f64 {
  const sum = sums + ((<usize>feature) << 3)
  store<f64>(sum, load<f64>(sum) + (there - here))
  return there
}

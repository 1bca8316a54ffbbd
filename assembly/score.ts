// Path-length scoring: s(x) = 2^(-Σ h / (T·c(ψ))), Σ h the sum over the T trees of leaf depth + c(leaf size)
// (Liu, Ting, Zhou 2008). The sum runs in f64 in tree order, so single and batch give the same bits.
//
// How a row walks down a tree: a block's three keys are compared at once with the row's three values, and the three
// bits of the outcome look up the block to go on with, two levels further down. For a row of up to four features one
// shuffle picks the three values; wider rows load them one by one. Values are compared as integers, which takes one
// cycle where a comparison of floats takes four.
//
// Why two levels at a time, and why LANES is 10. Measured with 100 trees of ψ 256 and 1000 rows of 3 features on an
// AMD EPYC core; microseconds a row, one by one through the library and in a batch:
//
//   one level at a time, 8 trees side by side      0.82   0.60
//   two levels at a time, 8 trees                  0.49   0.42
//   two levels at a time, 10 trees                 0.46   0.37   (wider rows: 0.70   0.57)
//   two levels at a time, 12 trees                 0.49   0.42
//
// The number of instructions is the limit, not the loads: some sixteen take a row two levels down, and one level at
// a time would take ten for each. Ten trees leave no lane idle in a forest of 100; of twelve, eight would be.

import {
  BATCH_ROWS,
  BLOCK_BYTES,
  blocksAbove,
  check,
  H_BATCH_ROWS,
  H_BATCH_SCORES,
  H_BLOCKS,
  H_BLOCKS_AT,
  H_FEATURE_BYTES,
  H_LEAVES,
  H_NEXT,
  H_PATH_TABLE,
  H_PLACES_AT,
  H_PLANE_OFFSETS,
  H_ROW,
  H_ROW_VECTORS,
  H_SHUFFLES,
  H_TO_PLANES,
  H_TREES,
  HALF_LANES,
  header,
  LANES,
  NARROW_FEATURES,
  PLACE_BYTES,
  regionPtr,
  S_HEIGHT,
  S_NORMALIZER,
  slotPtr,
  slotRegionPtr,
  tiersOf,
} from './layout'
import { exp2 } from './math'
import { BLOCK_STRIDE, nextBlock, PLACE_STRIDE, pathLength, sidesOf } from './walk'
import { addWideGroup } from './wide'

/**
 * Turns `vectors` v128 of float32 values into integers that compare as the floats do, in place or elsewhere:
 * the sign-magnitude bits of a float become two's complement; adding 0 first makes -0 equal to 0.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toKeys(from: usize, to: usize, vectors: u32): void {
  const flip = i32x4.splat(0x7fff_ffff)
  for (let end = to + ((<usize>vectors) << 4); to < end; from += 16, to += 16) {
    const bits = f32x4.add(v128.load(from), f32x4.splat(0))
    v128.store(to, v128.xor(bits, v128.and(i32x4.shr_s(bits, 31), flip)))
  }
}

/** The key of one value, as `toKeys` makes it. */
export function toKey(value: f32): i32 {
  const bits = reinterpret<i32>(value + 0)
  return bits ^ ((bits >> 31) & 0x7fff_ffff)
}

/** The value of a key: the same flip takes it back. A -0 comes back as 0. */
export function fromKey(key: i32): f32 {
  return reinterpret<f32>(key ^ ((key >> 31) & 0x7fff_ffff))
}

/** As `sidesOf` for a row of up to four features, its bytes in planes: one shuffle takes the place of three loads. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function sidesOfFour(block: v128, planes: v128, features: v128, offsets: v128): usize {
  const keys = i8x16.swizzle(planes, i8x16.add(i8x16.swizzle(block, features), offsets))
  return <usize>i32x4.bitmask(i32x4.gt_s(keys, block))
}

/**
 * Adds to each row's sum its path lengths in the LANES trees of a group, in tree order. For rows of up to four
 * features.
 * @param blocks block 0 of the group's first tree
 * @param leaves what `leavesBase` gives for that tree
 * @param row the first row of keys, 16 bytes each
 * @param sums f64 of each row, up to `end`
 */
function addGroupOfFour(
  base: usize,
  blocks: usize,
  leaves: usize,
  tiers: u32,
  row: usize,
  sums: usize,
  end: usize,
): void {
  if (LANES != 10) ERROR('LANES must be 10: addGroupOfFour walks ten trees, i0 to i9')
  const table = regionPtr(base, H_PATH_TABLE)
  const next = base + H_NEXT
  const features = v128.load(base, H_FEATURE_BYTES)
  const offsets = v128.load(base, H_PLANE_OFFSETS)
  const toPlanes = v128.load(base, H_TO_PLANES)
  for (; sums < end; sums += 8) {
    const planes = i8x16.swizzle(v128.load(row), toPlanes)
    row += 16
    let i0: usize = 0
    let i1: usize = 0
    let i2: usize = 0
    let i3: usize = 0
    let i4: usize = 0
    let i5: usize = 0
    let i6: usize = 0
    let i7: usize = 0
    let i8: usize = 0
    let i9: usize = 0
    for (let tier = tiers; tier > 0; tier--) {
      i0 = nextBlock(i0, sidesOfFour(v128.load(blocks + i0), planes, features, offsets), next)
      i1 = nextBlock(i1, sidesOfFour(v128.load(blocks + i1, 16), planes, features, offsets), next)
      i2 = nextBlock(i2, sidesOfFour(v128.load(blocks + i2, 32), planes, features, offsets), next)
      i3 = nextBlock(i3, sidesOfFour(v128.load(blocks + i3, 48), planes, features, offsets), next)
      i4 = nextBlock(i4, sidesOfFour(v128.load(blocks + i4, 64), planes, features, offsets), next)
      i5 = nextBlock(i5, sidesOfFour(v128.load(blocks + i5, 80), planes, features, offsets), next)
      i6 = nextBlock(i6, sidesOfFour(v128.load(blocks + i6, 96), planes, features, offsets), next)
      i7 = nextBlock(i7, sidesOfFour(v128.load(blocks + i7, 112), planes, features, offsets), next)
      i8 = nextBlock(i8, sidesOfFour(v128.load(blocks + i8, 128), planes, features, offsets), next)
      i9 = nextBlock(i9, sidesOfFour(v128.load(blocks + i9, 144), planes, features, offsets), next)
    }
    let sum = load<f64>(sums)
    sum += pathLength(leaves + (i0 >> 3), 0, table)
    sum += pathLength(leaves + (i1 >> 3), 2, table)
    sum += pathLength(leaves + (i2 >> 3), 4, table)
    sum += pathLength(leaves + (i3 >> 3), 6, table)
    sum += pathLength(leaves + (i4 >> 3), 8, table)
    sum += pathLength(leaves + (i5 >> 3), 10, table)
    sum += pathLength(leaves + (i6 >> 3), 12, table)
    sum += pathLength(leaves + (i7 >> 3), 14, table)
    sum += pathLength(leaves + (i8 >> 3), 16, table)
    sum += pathLength(leaves + (i9 >> 3), 18, table)
    store<f64>(sums, sum)
  }
}

/** As `addGroupOfFour` for rows of `rowBytes`; half of the trees at a time, as the walk needs more registers. */
function addGroup(
  base: usize,
  blocks: usize,
  leaves: usize,
  tiers: u32,
  row: usize,
  rowBytes: usize,
  sums: usize,
  end: usize,
): void {
  if (HALF_LANES != 5) ERROR('HALF_LANES must be 5: addGroup walks five trees, i0 to i4')
  const table = regionPtr(base, H_PATH_TABLE)
  const next = base + H_NEXT
  for (; sums < end; sums += 8) {
    let sum = load<f64>(sums)
    let half = blocks
    for (let lanes: usize = 0; lanes < PLACE_STRIDE; lanes += PLACE_BYTES * HALF_LANES) {
      let i0: usize = 0
      let i1: usize = 0
      let i2: usize = 0
      let i3: usize = 0
      let i4: usize = 0
      for (let tier = tiers; tier > 0; tier--) {
        i0 = nextBlock(i0, sidesOf(half + i0, row), next)
        i1 = nextBlock(i1, sidesOf(half + i1 + 16, row), next)
        i2 = nextBlock(i2, sidesOf(half + i2 + 32, row), next)
        i3 = nextBlock(i3, sidesOf(half + i3 + 48, row), next)
        i4 = nextBlock(i4, sidesOf(half + i4 + 64, row), next)
      }
      sum += pathLength(leaves + lanes + (i0 >> 3), 0, table)
      sum += pathLength(leaves + lanes + (i1 >> 3), 2, table)
      sum += pathLength(leaves + lanes + (i2 >> 3), 4, table)
      sum += pathLength(leaves + lanes + (i3 >> 3), 6, table)
      sum += pathLength(leaves + lanes + (i4 >> 3), 8, table)
      half += BLOCK_BYTES * HALF_LANES
    }
    store<f64>(sums, sum)
    row += rowBytes
  }
}

/**
 * Where to count from to the leaf that a walk ended at. The block that the walk would go on with, number i, is not
 * there; the first such block has the number `blocksAbove(tiers)` and stands for the first leaf, node 2^height. So the
 * leaf's place is i · PLACE_STRIDE from here, which is the block's distance i · BLOCK_STRIDE shifted by 3.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function leavesBase(places: usize, height: u32): usize {
  if (BLOCK_STRIDE != 8 * PLACE_STRIDE) ERROR('a place must take an eighth of a block: i >> 3 leads to it')
  return places + (1 << height) * PLACE_STRIDE - blocksAbove(tiersOf(height)) * PLACE_STRIDE
}

/** Scores the n rows of keys at `row` into f64[n] at `out`. */
function scoreKeys(base: usize, slot: u32, row: usize, n: u32, out: usize): void {
  const end = out + ((<usize>n) << 3)
  memory.fill(out, 0, end - out)
  const vectors = header(base, H_ROW_VECTORS)
  const shuffled = header(base, H_SHUFFLES) != 0
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const tiers = tiersOf(height)
  const groups = (header(base, H_TREES) + LANES - 1) / LANES
  let blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  let leaves = leavesBase(slotRegionPtr(base, slot, H_PLACES_AT), height)
  // Groups outside, rows inside: a group's blocks stay in the L1 cache for the whole pass.
  for (let group: u32 = 0; group < groups; group++) {
    if (vectors == 1 && shuffled) addGroupOfFour(base, blocks, leaves, tiers, row, out, end)
    else if (vectors <= NARROW_FEATURES >> 2) addGroup(base, blocks, leaves, tiers, row, (<usize>vectors) << 4, out, end)
    else addWideGroup(base, slot, blocks, leaves, tiers, row, out, end)
    blocks += header(base, H_BLOCKS) * BLOCK_STRIDE
    leaves += header(base, H_LEAVES) * 2 * PLACE_STRIDE
  }
  const normalizer = load<f64>(at + S_NORMALIZER)
  for (let sum = out; sum < end; sum += 8) store<f64>(sum, toScore(load<f64>(sum), normalizer))
}

/** 2^(-sum / normalizer); 0.5 where the normalizer T · c(ψ) is 0, as one row tells nothing. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toScore(sum: f64, normalizer: f64): f64 {
  return normalizer == 0 ? 0.5 : exp2(-sum / normalizer)
}

/** Score of the float32 row in the row region, which becomes keys; the batch scores are its scratch. */
export function score(base: usize, slot: u32): f64 {
  const row = regionPtr(base, H_ROW)
  const out = regionPtr(base, H_BATCH_SCORES)
  toKeys(row, row, header(base, H_ROW_VECTORS))
  scoreKeys(base, slot, row, 1, out)
  return load<f64>(out)
}

/** Scores n <= BATCH_ROWS float32 rows at `rows` into f64 at `out`; the batch region is its scratch. */
export function scoreRows(base: usize, slot: u32, rows: usize, n: u32, out: usize): void {
  check(n <= BATCH_ROWS)
  const keys = regionPtr(base, H_BATCH_ROWS)
  toKeys(rows, keys, n * header(base, H_ROW_VECTORS))
  scoreKeys(base, slot, keys, n, out)
}

/** Scores the first n <= BATCH_ROWS rows of the batch region, which become keys, into the batch scores. */
export function scoreBatch(base: usize, slot: u32, n: u32): void {
  scoreRows(base, slot, regionPtr(base, H_BATCH_ROWS), n, regionPtr(base, H_BATCH_SCORES))
}

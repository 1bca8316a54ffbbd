// Path-length scoring: s(x) = 2^(-Σ h / (T·c(ψ))), Σ h the sum over trees of leaf depth + c(leaf size)
// (Liu, Ting, Zhou 2008). The sum runs in f64 in tree order, so single and batch give the same bits.
//
// What the layout owes to measurements (1000 rows x 3, 100 trees, ψ 256, medians of interleaved runs on an AMD
// EPYC core, one row through the library and a row of a batch, in µs):
//
//   a node a step, 8-byte nodes, 8 trees side by side         0.82   0.60
//   two levels a step, the three comparisons as one, 8 trees  0.49   0.42
//   10 trees                                                  0.46   0.37
//   12 trees                                                  0.49   0.42
//
// A step down a tree was some ten instructions, and they, not the loads, were the limit: more trees side by side or
// fewer cache lines changed nothing. Now two steps are sixteen. A block's three keys are compared at once with the
// row's three values, which one shuffle picks out of a row of up to four features (wider rows load them one by one:
// 0.70 and 0.57), and the three bits of the outcome look up where to go on. Ten trees divide a hundred. Before, integer
// keys, whose comparison takes a cycle where that of floats takes four and a move, brought 1.5 to 1.4 µs.

import {
  BATCH_ROWS,
  BLOCK_BYTES,
  blockLevels,
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
  H_TO_PLANES,
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
import { exp2 } from './math'

/** Bytes from a block to the next one of the same tree, and the same for the u16 places of its nodes. */
export const STEP: u32 = <u32>BLOCK_BYTES * LANES
export const PLACE_STEP: u32 = 2 * LANES

/**
 * Turns `words` v128 of float32 values into integers that compare as the floats do, in place or elsewhere:
 * the sign-magnitude bits of a float become two's complement; adding 0 first makes -0 equal to 0.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toKeys(from: usize, to: usize, words: u32): void {
  const flip = i32x4.splat(0x7fff_ffff)
  for (let end = to + ((<usize>words) << 4); to < end; from += 16, to += 16) {
    const bits = f32x4.add(v128.load(from), f32x4.splat(0))
    v128.store(to, v128.xor(bits, v128.and(i32x4.shr_s(bits, 31), flip)))
  }
}

/** The key of one value, as `toKeys` makes it. */
export function toKey(value: f32): i32 {
  const bits = reinterpret<i32>(value + 0)
  return bits ^ ((bits >> 31) & 0x7fff_ffff)
}

/** The value of a key: `toKey` is its own inverse but for the -0 that it never keeps. */
export function fromKey(key: i32): f32 {
  return reinterpret<f32>(key ^ ((key >> 31) & 0x7fff_ffff))
}

/**
 * Writes to the header what a step looks up. In memory, for V8 would make each such constant anew at each use.
 * - next: u16[16], how far behind 4i the block after block i is, in bytes, by a bit for each node of the block that
 *   sends the row to the right, the top one lowest; the fourth bit, of no node, does not matter.
 * - the shuffle that repeats each of a block's feature numbers four times, and where byte 0, 1, 2 and 3 of feature
 *   0 are once the bytes of a row's keys were sorted by the third shuffle: feature f is f further.
 */
export function writeSteps(base: usize): void {
  const next = i16x8.mul(i16x8(1, 3, 2, 3, 1, 4, 2, 4), i16x8.splat(<i16>STEP))
  v128.store(base, next, H_NEXT)
  v128.store(base, next, H_NEXT + 16)
  const features = i8x16(12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15)
  v128.store(base, features, H_FEATURE_BYTES)
  v128.store(base, i32x4.splat(0x0c08_0400), H_PLANE_OFFSETS)
  const planes = i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
  v128.store(base, planes, H_TO_PLANES)
}

/** Which of a block's three nodes send a row of any width to the right, a bit for each; a fourth bit means nothing. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function sidesOf(block: usize, row: usize): usize {
  let keys = v128.load32_zero(keyPtr(row, load<u8>(block, 12)))
  keys = v128.load32_lane(keyPtr(row, load<u8>(block, 13)), keys, 1)
  keys = v128.load32_lane(keyPtr(row, load<u8>(block, 14)), keys, 2)
  return <usize>i32x4.bitmask(i32x4.gt_s(keys, v128.load(block)))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function keyPtr(row: usize, feature: u32): usize {
  return row + ((<usize>feature) << 2)
}

/** The same for a row of up to four features, whose bytes are in planes: one shuffle instead of three loads. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function sidesOfFour(block: v128, planes: v128, features: v128, offsets: v128): usize {
  const keys = i8x16.swizzle(planes, i8x16.add(i8x16.swizzle(block, features), offsets))
  return <usize>i32x4.bitmask(i32x4.gt_s(keys, block))
}

/** Where the block two levels down is, in bytes from block 0, given which of a block's nodes send the row to the right. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function nextBlock(i: usize, sides: usize, next: usize): usize {
  return (i << 2) + <usize>load<u16>(next + (sides << 1))
}

/** Depth + c(size) of the node whose place in the path table is at `place`, in the lane that many bytes on. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function pathLength(place: usize, lane: usize, table: usize): f64 {
  return load<f64>(table + ((<usize>load<u16>(place + lane)) << 3))
}

/** Adds to the sum of each row of up to four keys its path lengths in the trees of a group, in tree order. */
function addGroupOfFour(
  base: usize,
  blocks: usize,
  leaves: usize,
  levels: u32,
  row: usize,
  sums: usize,
  end: usize,
): void {
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
    for (let level = levels; level > 0; level--) {
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

/** The same for rows of `rowBytes`, half of the trees at a time. */
function addGroup(
  base: usize,
  blocks: usize,
  leaves: usize,
  levels: u32,
  row: usize,
  rowBytes: usize,
  sums: usize,
  end: usize,
): void {
  const table = regionPtr(base, H_PATH_TABLE)
  const next = base + H_NEXT
  for (; sums < end; sums += 8) {
    let sum = load<f64>(sums)
    let half = blocks
    for (let lanes: usize = 0; lanes < PLACE_STEP; lanes += PLACE_STEP / 2) {
      let i0: usize = 0
      let i1: usize = 0
      let i2: usize = 0
      let i3: usize = 0
      let i4: usize = 0
      for (let level = levels; level > 0; level--) {
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
      half += STEP / 2
    }
    store<f64>(sums, sum)
    row += rowBytes
  }
}

/**
 * Where the places of the last level would be if block 0 were among it: the last blocks lead to numbers from
 * `blocksAbove(levels)`, and those are the leaves.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function leavesBase(places: usize, height: u32): usize {
  return places + (1 << height) * PLACE_STEP - blocksAbove(blockLevels(height)) * PLACE_STEP
}

/** Scores n rows of keys at `row` into f64 at `out`. */
function scoreKeys(base: usize, slot: u32, row: usize, n: u32, out: usize): void {
  const end = out + ((<usize>n) << 3)
  memory.fill(out, 0, end - out)
  const words = word(base, H_ROW_WORDS)
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const levels = blockLevels(height)
  const groups = (word(base, H_TREES) + LANES - 1) / LANES
  let blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  let leaves = leavesBase(slotRegionPtr(base, slot, H_PLACES_AT), height)
  // Groups outside, rows inside: a group's blocks stay in the first-level cache for the whole pass.
  for (let group: u32 = 0; group < groups; group++) {
    if (words == 1) addGroupOfFour(base, blocks, leaves, levels, row, out, end)
    else addGroup(base, blocks, leaves, levels, row, (<usize>words) << 4, out, end)
    blocks += word(base, H_BLOCKS) * STEP
    leaves += word(base, H_LEAVES) * (2 * PLACE_STEP)
  }
  const normalizer = load<f64>(at + S_NORMALIZER)
  for (let sum = out; sum < end; sum += 8) store<f64>(sum, toScore(load<f64>(sum), normalizer))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toScore(sum: f64, normalizer: f64): f64 {
  return normalizer == 0 ? 0.5 : exp2(-sum / normalizer)
}

/** Score of the float32 row in the row region, which becomes keys; the batch scores are its scratch. */
export function score(base: usize, slot: u32): f64 {
  const row = regionPtr(base, H_ROW)
  const out = regionPtr(base, H_BATCH_SCORES)
  toKeys(row, row, word(base, H_ROW_WORDS))
  scoreKeys(base, slot, row, 1, out)
  return load<f64>(out)
}

/** Scores n <= BATCH_ROWS float32 rows at `rows` into f64 at `out`; the batch region is its scratch. */
export function scoreRows(base: usize, slot: u32, rows: usize, n: u32, out: usize): void {
  check(n <= BATCH_ROWS)
  const keys = regionPtr(base, H_BATCH_ROWS)
  toKeys(rows, keys, n * word(base, H_ROW_WORDS))
  scoreKeys(base, slot, keys, n, out)
}

/** Scores the first n <= BATCH_ROWS rows of the batch region, which become keys, into the batch scores. */
export function scoreBatch(base: usize, slot: u32, n: u32): void {
  scoreRows(base, slot, regionPtr(base, H_BATCH_ROWS), n, regionPtr(base, H_BATCH_SCORES))
}

// How a walk gets from a block to the next one, and from where it ends to a length: what scoring and attribution share.

import {
  BLOCK_BYTES,
  H_FEATURE_BYTES,
  H_NEXT,
  H_PLANE_OFFSETS,
  H_SHUFFLES,
  H_TO_PLANES,
  LANES,
  PLACE_BYTES,
} from './layout'

/** Bytes from a block to the next one of the same tree. */
export const BLOCK_STRIDE: u32 = <u32>BLOCK_BYTES * LANES
/** Bytes from a node's place to that of the next node of the same tree: an eighth of BLOCK_STRIDE. */
export const PLACE_STRIDE: u32 = <u32>PLACE_BYTES * LANES

// Which block comes after block i, by the sides to which a block's three nodes send the row: 0 left, 1 right.
//
//   sides │ right child  left child  node │ the row goes   │ next block
//         │    bit 2        bit 1    bit 0│                │
//   ──────┼───────────────────────────────┼────────────────┼───────────
//     0   │      0            0        0  │ left, left     │  4i + 1
//     1   │      0            0        1  │ right, left    │  4i + 3
//     2   │      0            1        0  │ left, right    │  4i + 2
//     3   │      0            1        1  │ right, left    │  4i + 3
//     4   │      1            0        0  │ left, left     │  4i + 1
//     5   │      1            0        1  │ right, right   │  4i + 4
//     6   │      1            1        0  │ left, right    │  4i + 2
//     7   │      1            1        1  │ right, right   │  4i + 4
//   8..15 │ as 0..7: bit 3 comes from comparing the feature numbers as if they were a key, and says nothing
//
// A block is known by its distance from block 0 of its tree, i · BLOCK_STRIDE, so the table holds the last column's
// 1 to 4 times BLOCK_STRIDE: the next block is at 4 · distance + entry.

/**
 * Writes the tables of the walk to the header. They are in memory because V8 would make constants of this size anew
 * at each use.
 * - H_NEXT, u16[16]: the table above.
 * - H_FEATURE_BYTES, u8[16]: the shuffle that repeats each feature number of a block (its bytes 12 to 15) four times.
 * - H_TO_PLANES, u8[16]: the shuffle that sorts the bytes of a row's four keys: byte 0 of each, then byte 1 of each,
 *   and so on. Sorted like that they are called planes.
 * - H_PLANE_OFFSETS, u8[16]: where bytes 0 to 3 of feature 0 are in the planes, four times; those of feature f are f
 *   further.
 */
export function writeWalkTables(base: usize): void {
  const next = i16x8.mul(i16x8(1, 3, 2, 3, 1, 4, 2, 4), i16x8.splat(<i16>BLOCK_STRIDE))
  v128.store(base, next, H_NEXT)
  v128.store(base, next, H_NEXT + 16)
  const features = i8x16(12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15)
  v128.store(base, features, H_FEATURE_BYTES)
  v128.store(base, i32x4.splat(0x0c08_0400), H_PLANE_OFFSETS)
  const planes = i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
  v128.store(base, planes, H_TO_PLANES)
  store<u32>(base, <u32>shuffles(v128.load(base, H_TO_PLANES)), H_SHUFFLES)
}

/**
 * Whether a shuffle of a value that is still needed, by indices that are not, gives what it should: nothing, by indices
 * beyond the value. Where the processor is an x86 without AVX, the code that V8 makes first gives something else: it puts
 * the outcome where the indices are, and copies the value there before it has read them.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function shuffles(value: v128): bool {
  return !v128.any_true(i8x16.swizzle(value, v128.not(value)))
}

/**
 * The sides to which the three nodes of the block at `block` send the row of keys at `row`, of any width: the first
 * column of the table above.
 */
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
export function keyPtr(row: usize, feature: u32): usize {
  return row + ((<usize>feature) << 2)
}

/** Distance of the next block from block 0, in bytes; `i` is that of the block whose `sides` are given. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function nextBlock(i: usize, sides: usize, next: usize): usize {
  return (i << 2) + <usize>load<u16>(next + (sides << 1))
}

/**
 * Depth + c(rows) of a node.
 * @param place address of the node's place in the first tree of the group
 * @param lane bytes from there to the place in the tree meant
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function pathLength(place: usize, lane: usize, table: usize): f64 {
  return load<f64>(table + ((<usize>load<u16>(place + lane)) << 3))
}


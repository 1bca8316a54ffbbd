// Path-length scoring: s(x) = 2^(-Σ h / (T·c(ψ))), Σ h the sum over trees of leaf depth + c(leaf size)
// (Liu, Ting, Zhou 2008). The sum runs in f64 in tree order, so single and batch give the same bits.
//
// What the layout owes to measurements (1000 rows x 3, 100 trees, ψ 256, medians of interleaved runs on an AMD
// EPYC core; a step down a tree is a chain of two loads, a comparison and an index, about 20 cycles long):
//
//   trees side by side     2      4      5      6      7      8     10     12
//   one row, µs         1.71   1.43   1.37   1.30   1.31   1.10   1.06   1.13
//   batch, µs a row     1.07   0.79   0.76   0.75   0.70   0.60   0.64   0.73
//
// 8 fill the load ports without spilling registers, and divide every address by a shift. Key and feature of a
// node in one 8-byte word, so that a step touches one cache line, and integer keys, whose comparison takes a
// cycle where that of floats takes four and a move, carried both from 1.5 and 1.4 µs with 4 trees. Indices
// scaled in advance, as pointers would be, changed nothing measurable.

import {
  BATCH_ROWS,
  check,
  H_BATCH_ROWS,
  H_BATCH_SCORES,
  H_BLOCKS,
  H_LEAVES_AT,
  H_NODES,
  H_NODES_AT,
  H_ROW,
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

/**
 * Turns `blocks` v128 of float32 values into integers that compare as the floats do, in place or elsewhere:
 * the sign-magnitude bits of a float become two's complement; adding 0 first makes -0 equal to 0.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toKeys(from: usize, to: usize, blocks: u32): void {
  const flip = i32x4.splat(0x7fff_ffff)
  for (let end = to + ((<usize>blocks) << 4); to < end; from += 16, to += 16) {
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

// One level down: node i of the lane at `lane` bytes; goes right when the row's key exceeds the node's.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function step(nodes: usize, row: usize, i: u32, lane: usize): u32 {
  const node = nodes + (<usize>i) * (8 * LANES) + lane
  return (i << 1) | u32(load<i32>(row + load<u32>(node, 4)) > load<i32>(node))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function leaf(leaves: usize, i: u32, lane: usize): f64 {
  return load<f64>(leaves + (<usize>i) * (8 * LANES) + lane)
}

/** Adds to `sum` the path lengths of one row in the LANES trees of a group, in tree order. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function addGroup(nodes: usize, leaves: usize, row: usize, height: u32, sum: f64): f64 {
  let i0: u32 = 1
  let i1: u32 = 1
  let i2: u32 = 1
  let i3: u32 = 1
  let i4: u32 = 1
  let i5: u32 = 1
  let i6: u32 = 1
  let i7: u32 = 1
  for (let level = height; level > 0; level--) {
    i0 = step(nodes, row, i0, 0)
    i1 = step(nodes, row, i1, 8)
    i2 = step(nodes, row, i2, 16)
    i3 = step(nodes, row, i3, 24)
    i4 = step(nodes, row, i4, 32)
    i5 = step(nodes, row, i5, 40)
    i6 = step(nodes, row, i6, 48)
    i7 = step(nodes, row, i7, 56)
  }
  sum += leaf(leaves, i0, 0)
  sum += leaf(leaves, i1, 8)
  sum += leaf(leaves, i2, 16)
  sum += leaf(leaves, i3, 24)
  sum += leaf(leaves, i4, 32)
  sum += leaf(leaves, i5, 40)
  sum += leaf(leaves, i6, 48)
  sum += leaf(leaves, i7, 56)
  return sum
}

// Leaf level indices start at 2^height: the leaves pointer is moved back so that they address it directly.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function leavesBase(base: usize, slot: u32, height: u32): usize {
  return slotRegionPtr(base, slot, H_LEAVES_AT) - ((<usize>8 * LANES) << height)
}

/** Score of a row already turned into keys at `row`. */
function scoreKeys(base: usize, slot: u32, row: usize): f64 {
  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const groupBytes = (<usize>word(base, H_NODES)) * (8 * LANES)
  let nodes = slotRegionPtr(base, slot, H_NODES_AT)
  let leaves = leavesBase(base, slot, height)
  const groups = (word(base, H_TREES) + LANES - 1) / LANES
  let sum: f64 = 0
  for (let group: u32 = 0; group < groups; group++) {
    sum = addGroup(nodes, leaves, row, height, sum)
    nodes += groupBytes
    leaves += groupBytes
  }
  return toScore(sum, load<f64>(at + S_NORMALIZER))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function toScore(sum: f64, normalizer: f64): f64 {
  return normalizer == 0 ? 0.5 : exp2(-sum / normalizer)
}

/** Score of the float32 row in the row region, which becomes keys. */
export function score(base: usize, slot: u32): f64 {
  const row = regionPtr(base, H_ROW)
  toKeys(row, row, word(base, H_BLOCKS))
  return scoreKeys(base, slot, row)
}

/** Scores n <= BATCH_ROWS float32 rows at `rows` into f64 at `out`; the batch region is its scratch. */
export function scoreRows(base: usize, slot: u32, rows: usize, n: u32, out: usize): void {
  check(n <= BATCH_ROWS)
  const blocks = word(base, H_BLOCKS)
  const keys = regionPtr(base, H_BATCH_ROWS)
  toKeys(rows, keys, n * blocks)
  memory.fill(out, 0, (<usize>n) << 3)

  const at = slotPtr(base, slot)
  const height = load<u32>(at + S_HEIGHT)
  const rowBytes = (<usize>blocks) << 4
  const groupBytes = (<usize>word(base, H_NODES)) * (8 * LANES)
  let nodes = slotRegionPtr(base, slot, H_NODES_AT)
  let leaves = leavesBase(base, slot, height)
  const groups = (word(base, H_TREES) + LANES - 1) / LANES
  const outEnd = out + ((<usize>n) << 3)
  // Groups outside, rows inside: a group's nodes stay in the first-level cache for the whole pass.
  for (let group: u32 = 0; group < groups; group++) {
    let row = keys
    for (let sum = out; sum < outEnd; sum += 8) {
      store<f64>(sum, addGroup(nodes, leaves, row, height, load<f64>(sum)))
      row += rowBytes
    }
    nodes += groupBytes
    leaves += groupBytes
  }
  const normalizer = load<f64>(at + S_NORMALIZER)
  for (let sum = out; sum < outEnd; sum += 8) store<f64>(sum, toScore(load<f64>(sum), normalizer))
}

/** Scores the first n <= BATCH_ROWS rows of the batch region, which become keys, into the batch scores. */
export function scoreBatch(base: usize, slot: u32, n: u32): void {
  scoreRows(base, slot, regionPtr(base, H_BATCH_ROWS), n, regionPtr(base, H_BATCH_SCORES))
}

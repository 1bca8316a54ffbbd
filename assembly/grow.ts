// Growing isolation trees (Liu, Ting, Zhou 2008, algorithms 1 and 2, with scikit-learn's choice of split).
//
// A tree is grown level by level. What is moved is its rows themselves, not their numbers: each level reads one half
// of the sample region and writes the rows of every child side by side into the other half. So the scans for minima
// and maxima read memory in order, four values at a time, and the partition has no branch to mispredict.

import {
  check,
  H_EXTREMES,
  H_MAX_ROWS,
  H_PERMUTATION,
  H_ROW_VECTORS,
  H_SAMPLE,
  H_STARTS,
  H_SUBSAMPLE,
  H_TRAINING,
  H_TREES,
  header,
  heightLimit,
  regionPtr,
  S_COLUMNS,
  S_HEIGHT,
  S_NORMALIZER,
  S_ROWS,
  S_SCORES,
  S_SUBSAMPLE,
  slotPtr,
} from './layout'
import { averagePathLength } from './math'
import { below, seedTree, uniform } from './random'
import { clearTree, nodeSize, sealTree, setNodeSize, setSplit } from './tree'

/** A feature is constant at a node when max <= min + this, in float32 (scikit-learn's FEATURE_THRESHOLD). */
const CONSTANT_RANGE: f32 = 1e-7

/** Begins a fit on the first nRows rows of the training region, 1 to maxRows. */
export function beginFit(base: usize, slot: u32, nRows: u32): void {
  check(nRows > 0 && nRows <= header(base, H_MAX_ROWS))
  resetSlot(base, slot, nRows, min(header(base, H_SUBSAMPLE), nRows))
  const permutation = regionPtr(base, H_PERMUTATION)
  for (let i: u32 = 0; i < nRows; i++) store<u32>(permutation + ((<usize>i) << 2), i)
}

/** Sets what a forest's scores depend on besides its trees, and forgets its calibration and columns. */
export function resetSlot(base: usize, slot: u32, nRows: u32, subsample: u32): void {
  const at = slotPtr(base, slot)
  store<u32>(at + S_ROWS, nRows)
  store<u32>(at + S_SUBSAMPLE, subsample)
  store<u32>(at + S_HEIGHT, heightLimit(subsample))
  store<u32>(at + S_SCORES, 0)
  store<u32>(at + S_COLUMNS, 0)
  store<f64>(at + S_NORMALIZER, <f64>header(base, H_TREES) * averagePathLength(subsample))
}

/**
 * Grows the trees from..to-1 of a forest begun with `beginFit`. The forest is the same however 0..T-1 is divided into
 * calls.
 */
export function growTrees(base: usize, slot: u32, seed: u32, from: u32, to: u32): void {
  for (let tree = from; tree < to; tree++) {
    seedTree(seed, tree)
    drawSample(base, slot)
    growTree(base, slot, tree)
  }
}

/**
 * Copies ψ of the training rows, drawn without replacement (a partial Fisher-Yates shuffle), into the first
 * half of the sample region, then puts the permutation back so that trees do not depend on each other.
 */
function drawSample(base: usize, slot: u32): void {
  const at = slotPtr(base, slot)
  const nRows = load<u32>(at + S_ROWS)
  const subsample = load<u32>(at + S_SUBSAMPLE)
  const rowBytes = (<usize>header(base, H_ROW_VECTORS)) << 4
  const permutation = regionPtr(base, H_PERMUTATION)
  const training = regionPtr(base, H_TRAINING)
  let to = regionPtr(base, H_SAMPLE)
  for (let i: u32 = 0; i < subsample; i++) {
    const here = permutation + ((<usize>i) << 2)
    const there = permutation + ((<usize>(i + below(nRows - i))) << 2)
    const drawn = load<u32>(there)
    store<u32>(there, load<u32>(here))
    store<u32>(here, drawn)
    copyRow(to, training + <usize>drawn * rowBytes, rowBytes)
    to += rowBytes
  }
  // Where the shuffle wrote: at the first ψ entries, and at those whose own numbers are now among the first ψ.
  for (let i: u32 = 0; i < subsample; i++) {
    const drawn = load<u32>(permutation + ((<usize>i) << 2))
    if (drawn >= subsample) store<u32>(permutation + ((<usize>drawn) << 2), drawn)
  }
  for (let i: u32 = 0; i < subsample; i++) store<u32>(permutation + ((<usize>i) << 2), i)
}

// A row is a few vectors; memory.copy would be a call out of the module for each.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function copyRow(to: usize, from: usize, rowBytes: usize): void {
  for (let at: usize = 0; at < rowBytes; at += 16) v128.store(to + at, v128.load(from + at))
}

/** Grows one tree from the rows in the first half of the sample region. */
function growTree(base: usize, slot: u32, tree: u32): void {
  const subsample = load<u32>(slotPtr(base, slot) + S_SUBSAMPLE)
  const vectors = header(base, H_ROW_VECTORS)
  const rowBytes = (<usize>vectors) << 4
  const starts = regionPtr(base, H_STARTS)
  const extremes = regionPtr(base, H_EXTREMES)
  let from = regionPtr(base, H_SAMPLE)
  let to = from + <usize>header(base, H_SUBSAMPLE) * rowBytes
  const firstLeaf: u32 = 1 << load<u32>(slotPtr(base, slot) + S_HEIGHT)

  clearTree(base, slot, tree)
  setNodeSize(base, slot, tree, 1, subsample)
  store<u32>(starts + 4, 0)
  for (let leftmost: u32 = 1; leftmost < firstLeaf; leftmost <<= 1) {
    for (let node = leftmost; node < leftmost << 1; node++) {
      const size = nodeSize(base, slot, tree, node)
      if (size < 2) continue
      const start = load<u32>(starts + ((<usize>node) << 2))
      const first = from + <usize>start * rowBytes
      const end = first + <usize>size * rowBytes
      const varying = scanExtremes(first, end, vectors, extremes)
      if (varying == 0) continue
      const featureBytes = varyingFeature(extremes, vectors, below(varying))
      const low = load<f32>(extremes + featureBytes)
      const high = load<f32>(extremes + rowBytes + featureBytes)
      const split = splitBetween(low, high)
      const left = partition(first, end, to + <usize>start * rowBytes, rowBytes, featureBytes, split)
      setSplit(base, slot, tree, node, <u32>(featureBytes >> 2), split)
      setNodeSize(base, slot, tree, node << 1, left)
      setNodeSize(base, slot, tree, (node << 1) | 1, size - left)
      store<u32>(starts + ((<usize>node) << 3), start)
      store<u32>(starts + ((<usize>node) << 3), start + left, 4)
    }
    const swap = from
    from = to
    to = swap
  }
  sealTree(base, slot, tree)
}

/**
 * Writes the minima and then the maxima of every feature over the rows [first, end) to `extremes`, f32[2][S].
 * @returns how many features vary
 */
function scanExtremes(first: usize, end: usize, vectors: u32, extremes: usize): u32 {
  const rowBytes = (<usize>vectors) << 4
  let varying: u32 = 0
  for (let at: usize = 0; at < rowBytes; at += 16) {
    let low = v128.load(first + at)
    let high = low
    for (let row = first + rowBytes; row < end; row += rowBytes) {
      const values = v128.load(row + at)
      low = f32x4.pmin(low, values)
      high = f32x4.pmax(high, values)
    }
    v128.store(extremes + at, low)
    v128.store(extremes + rowBytes + at, high)
    varying += popcnt(varyingMask(low, high))
  }
  return varying
}

/** Which of four features vary, a bit for each. Padding is zero and never does. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function varyingMask(low: v128, high: v128): u32 {
  return <u32>i32x4.bitmask(f32x4.gt(high, f32x4.add(low, f32x4.splat(CONSTANT_RANGE))))
}

/** Byte offset in a row of the nth feature that varies, n from 0. */
function varyingFeature(extremes: usize, vectors: u32, nth: u32): usize {
  const rowBytes = (<usize>vectors) << 4
  let at: usize = 0
  let mask = varyingMask(v128.load(extremes), v128.load(extremes + rowBytes))
  while (nth >= <u32>popcnt(mask)) {
    nth -= popcnt(mask)
    at += 16
    mask = varyingMask(v128.load(extremes + at), v128.load(extremes + rowBytes + at))
  }
  for (; nth > 0; nth--) mask &= mask - 1
  return at + ((<usize>ctz(mask)) << 2)
}

/**
 * Uniform in [low, high). Computed in f64, as high - low may exceed the float32 range; where rounding to float32 lands
 * on high, it is low.
 */
function splitBetween(low: f32, high: f32): f32 {
  const split = <f32>(<f64>low + uniform() * (<f64>high - <f64>low))
  return split >= high ? low : split
}

/**
 * Copies the rows [first, end) to `to`: those that go left from the front, the others from the back.
 * @returns how many went left: at least one and not all, because low <= split < high
 */
function partition(
  first: usize,
  end: usize,
  to: usize,
  rowBytes: usize,
  featureBytes: usize,
  split: f32,
): u32 {
  let front = to
  let back = to + (end - first) - rowBytes
  if (rowBytes == 16) {
    for (let row = first; row < end; row += 16) {
      const right = <usize>(load<f32>(row + featureBytes) > split)
      const values = v128.load(row)
      v128.store(select(back, front, right), values)
      back -= right << 4
      front += (right ^ 1) << 4
    }
  } else {
    for (let row = first; row < end; row += rowBytes) {
      const right = load<f32>(row + featureBytes) > split
      copyRow(right ? back : front, row, rowBytes)
      if (right) back -= rowBytes
      else front += rowBytes
    }
  }
  return <u32>((front - to) / rowBytes)
}

// Growing isolation trees (Liu, Ting, Zhou 2008, algorithms 1 and 2, with scikit-learn's choice of split).
//
// A tree is grown level by level. The rows of the tree, not their numbers, are moved: each level reads one
// half of the sample region and writes the rows of every child side by side into the other, so the scans for
// minima and maxima are sequential and vectorised, and the partition has no branch to mispredict.

import {
  check,
  H_ROW_WORDS,
  H_EXTREMES,
  H_MAX_ROWS,
  H_PERMUTATION,
  H_SAMPLE,
  H_STARTS,
  H_SUBSAMPLE,
  H_TRAINING,
  H_TREES,
  heightLimit,
  regionPtr,
  S_COLUMNS,
  S_HEIGHT,
  S_NORMALIZER,
  S_ROWS,
  S_SCORES,
  S_SUBSAMPLE,
  slotPtr,
  word,
} from './layout'
import { averagePathLength } from './math'
import { below, seedTree, uniform } from './random'
import { clearTree, nodeSize, sealTree, setNodeSize, setSplit } from './tree'

/** A feature is constant at a node when max <= min + this, in float32 (scikit-learn's FEATURE_THRESHOLD). */
const CONSTANT_RANGE: f32 = 1e-7

/** Makes the slot an empty forest for a fit on the first nRows training rows. */
export function beginFit(base: usize, slot: u32, nRows: u32): void {
  check(nRows > 0 && nRows <= word(base, H_MAX_ROWS))
  shape(base, slot, nRows, min(word(base, H_SUBSAMPLE), nRows))
  const permutation = regionPtr(base, H_PERMUTATION)
  for (let i: u32 = 0; i < nRows; i++) store<u32>(permutation + ((<usize>i) << 2), i)
}

/** Sets what a forest's scores depend on besides its trees; calibration starts empty. */
export function shape(base: usize, slot: u32, nRows: u32, subsample: u32): void {
  const at = slotPtr(base, slot)
  store<u32>(at + S_ROWS, nRows)
  store<u32>(at + S_SUBSAMPLE, subsample)
  store<u32>(at + S_HEIGHT, heightLimit(subsample))
  store<u32>(at + S_SCORES, 0)
  store<u32>(at + S_COLUMNS, 0)
  store<f64>(at + S_NORMALIZER, <f64>word(base, H_TREES) * averagePathLength(subsample))
}

/** Grows trees from..to-1 of a forest begun with `beginFit`; any partition of 0..T-1 gives the same forest. */
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
  const rowBytes = (<usize>word(base, H_ROW_WORDS)) << 4
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
  // Every touched place is one of the first ψ or holds, at home, a drawn row's number.
  for (let i: u32 = 0; i < subsample; i++) {
    const drawn = load<u32>(permutation + ((<usize>i) << 2))
    if (drawn >= subsample) store<u32>(permutation + ((<usize>drawn) << 2), drawn)
  }
  for (let i: u32 = 0; i < subsample; i++) store<u32>(permutation + ((<usize>i) << 2), i)
}

// A row is a few blocks; memory.copy would leave the module for each.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function copyRow(to: usize, from: usize, rowBytes: usize): void {
  for (let block: usize = 0; block < rowBytes; block += 16) v128.store(to + block, v128.load(from + block))
}

function growTree(base: usize, slot: u32, tree: u32): void {
  const subsample = load<u32>(slotPtr(base, slot) + S_SUBSAMPLE)
  const blocks = word(base, H_ROW_WORDS)
  const rowBytes = (<usize>blocks) << 4
  const starts = regionPtr(base, H_STARTS)
  const extremes = regionPtr(base, H_EXTREMES)
  let from = regionPtr(base, H_SAMPLE)
  let to = from + <usize>word(base, H_SUBSAMPLE) * rowBytes
  const firstLeaf: u32 = 1 << load<u32>(slotPtr(base, slot) + S_HEIGHT)

  clearTree(base, slot, tree)
  setNodeSize(base, slot, tree, 1, subsample)
  store<u32>(starts + 4, 0)
  for (let level: u32 = 1; level < firstLeaf; level <<= 1) {
    for (let node = level; node < level << 1; node++) {
      const size = nodeSize(base, slot, tree, node)
      if (size < 2) continue
      const start = load<u32>(starts + ((<usize>node) << 2))
      const first = from + <usize>start * rowBytes
      const end = first + <usize>size * rowBytes
      const varying = scanExtremes(first, end, blocks, extremes)
      if (varying == 0) continue
      const featureBytes = varyingFeature(extremes, blocks, below(varying))
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

/** Minima then maxima of every feature over the rows [first, end); returns how many features vary. */
function scanExtremes(first: usize, end: usize, blocks: u32, extremes: usize): u32 {
  const rowBytes = (<usize>blocks) << 4
  let varying: u32 = 0
  for (let block: usize = 0; block < rowBytes; block += 16) {
    let low = v128.load(first + block)
    let high = low
    for (let row = first + rowBytes; row < end; row += rowBytes) {
      const values = v128.load(row + block)
      low = f32x4.pmin(low, values)
      high = f32x4.pmax(high, values)
    }
    v128.store(extremes + block, low)
    v128.store(extremes + rowBytes + block, high)
    varying += popcnt(varyingMask(low, high))
  }
  return varying
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function varyingMask(low: v128, high: v128): u32 {
  return <u32>i32x4.bitmask(f32x4.gt(high, f32x4.add(low, f32x4.splat(CONSTANT_RANGE))))
}

/** Byte offset in a row of the nth feature that varies. */
function varyingFeature(extremes: usize, blocks: u32, nth: u32): usize {
  const rowBytes = (<usize>blocks) << 4
  let block: usize = 0
  let mask = varyingMask(v128.load(extremes), v128.load(extremes + rowBytes))
  while (nth >= <u32>popcnt(mask)) {
    nth -= popcnt(mask)
    block += 16
    mask = varyingMask(v128.load(extremes + block), v128.load(extremes + rowBytes + block))
  }
  for (; nth > 0; nth--) mask &= mask - 1
  return block + ((<usize>ctz(mask)) << 2)
}

/** Uniform in [low, high), in float32; in f64 before, as high - low may exceed the float32 range. */
function splitBetween(low: f32, high: f32): f32 {
  const split = <f32>(<f64>low + uniform() * (<f64>high - <f64>low))
  return split >= high ? low : split
}

/**
 * Copies the rows [first, end) to `to`: those that go left from the front, the others from the back. Returns
 * how many went left; low <= split < high makes that at least 1 and less than all.
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

// The module's exports: addresses, counts and scalars in and out. Every call names the arena by its base address and,
// where it concerns one forest, the slot. Nothing is checked here, beyond what a debug build checks: the library in
// src/forest checks what its users pass, and keeps to the shape given at `initArena`.

import { MAX_FEATURES, MAX_SUBSAMPLE, MAX_TREES } from '../src/forest/shape-limits'
import {
  BATCH_ROWS,
  blocksOf,
  H_BATCH_ROWS,
  H_BATCH_SCORES,
  H_BLOCKS,
  H_COLUMNS_AT,
  H_CONTRIBUTIONS,
  H_FEATURES,
  H_LEAVES,
  H_MAGIC,
  H_MAX_ROWS,
  H_PATH_TABLE,
  H_ROW,
  H_ROW_VECTORS,
  H_SCORES_AT,
  H_SLOT_BYTES,
  H_SLOTS,
  H_SUBSAMPLE,
  H_TRAINING,
  H_TREES,
  H_WINDOW,
  header,
  heightLimit,
  LANES,
  layOut,
  MAGIC,
  regionPtr,
  S_COLUMNS,
  S_HEIGHT,
  S_ROWS,
  S_SCORES,
  S_SHARE,
  S_SUBSAMPLE,
  S_THRESHOLD,
  slotPtr,
  slotRegionPtr,
} from './layout'
import { averagePathLength } from './math'
import { writeWalkTables } from './walk'
import { clearTree } from './tree'

export { attribute } from './attribute'
export { calibrate, calibrateOn, confidence, exceeds, summarize } from './calibrate'
export { beginFit, growTrees } from './grow'
export { averagePathLength, exp2, ln } from './math'
export { score, scoreBatch } from './score'
// A forest that is written node by node is begun by `importBegin`. For each tree follow `importClear`, then `importSize` for
// every node and `importSplit` for every inner one, then `importSeal`. With nRows 0 the slot is left without a forest.
export { resetSlot as importBegin } from './grow'
export {
  clearTree as importClear,
  sealTree as importSeal,
  setNodeSize as importSize,
  setSplit as importSplit,
} from './tree'
export { nodeSize, splitFeature, splitValue } from './tree'

/** Rows a call to `scoreBatch` takes at most. */
export function batchRows(): u32 {
  return BATCH_ROWS
}

/** Bytes an arena of this shape takes; 0 when the shape is out of range or the arena would not fit 4 GiB. */
export function arenaBytes(nFeatures: u32, nTrees: u32, subsample: u32, maxRows: u32, nSlots: u32): f64 {
  if (MAX_FEATURES > 0xffff) ERROR('MAX_FEATURES must be at most 65535: a wide feature number is a u16')
  if ((33 - clz<u32>(MAX_SUBSAMPLE - 1)) * (MAX_SUBSAMPLE + 1) > 0x1_0000) {
    ERROR('MAX_SUBSAMPLE is too large: a place in the path table is a u16')
  }
  // As a u32, 0 - 1 is the largest number there is, so that one comparison refuses what is too small, too.
  const inRange =
    nFeatures - 1 < <u32>MAX_FEATURES &&
    nTrees - 1 < <u32>MAX_TREES &&
    subsample - 2 < <u32>MAX_SUBSAMPLE - 1 &&
    maxRows > 0
  // `layOut` adds up in 32 bits and would wrap, so what grows is first counted in f64, from above.
  // Bytes for each row: 4·F in each slot's columns, in the window and in the training rows, the latter two with at most
  // 12 bytes of padding; 4 in the permutation; 16 in each slot's scores and confidence.
  // Bytes for each leaf of a tree, lanes without a tree included: at most 8 of blocks, 4 of wide features, 4 of places,
  // and 8 more, which together exceed the headers and guards of a slot. The rest is below 150 MB, nearly all of it the
  // sample of 4,096 rows of 4,096 features, and the bound of 4e9 leaves room for 295 MB up to 2^32.
  const rows = <f64>maxRows * <f64>(nSlots + 2) * (<f64>nFeatures * 4 + 16)
  const trees = <f64>nSlots * <f64>(nTrees + LANES) * <f64>(1 << heightLimit(subsample)) * 24
  if (!inRange || rows + trees > 4e9) return 0
  return <f64>layOut(0, nFeatures, nTrees, subsample, maxRows, nSlots)
}

/** Lays out an arena at `base` (a multiple of 16, `arenaBytes` long, all zero) and fills its tables. */
export function initArena(
  base: usize,
  nFeatures: u32,
  nTrees: u32,
  subsample: u32,
  maxRows: u32,
  nSlots: u32,
): void {
  store<u32>(base, MAGIC, H_MAGIC)
  store<u32>(base, nFeatures, H_FEATURES)
  store<u32>(base, nTrees, H_TREES)
  store<u32>(base, subsample, H_SUBSAMPLE)
  store<u32>(base, maxRows, H_MAX_ROWS)
  store<u32>(base, nSlots, H_SLOTS)
  store<u32>(base, (nFeatures + 3) >> 2, H_ROW_VECTORS)
  const height = heightLimit(subsample)
  store<u32>(base, 1 << height, H_LEAVES)
  store<u32>(base, blocksOf(height), H_BLOCKS)
  writeWalkTables(base)
  layOut(base, nFeatures, nTrees, subsample, maxRows, nSlots)
  fillPathTable(regionPtr(base, H_PATH_TABLE), height, subsample + 1)
  // The lanes of the last group that have no tree are walked like the others.
  for (let slot: u32 = 0; slot < nSlots; slot++) {
    for (let lane = nTrees; lane % LANES > 0; lane++) clearTree(base, slot, lane)
  }
}

/** depth + c(n), f64[height + 1][sizes]: a row for each depth, the first of which is c(n) itself. */
function fillPathTable(table: usize, height: u32, sizes: u32): void {
  const rowBytes = (<usize>sizes) << 3
  for (let n: u32 = 0; n < sizes; n++) {
    let at = table + ((<usize>n) << 3)
    const length = averagePathLength(n)
    for (let depth: u32 = 0; depth <= height; depth++) {
      store<f64>(at, <f64>depth + length)
      at += rowBytes
    }
  }
}

/** Floats from one row to the next in the row, batch, window and training regions. */
export function rowStride(base: usize): u32 {
  return header(base, H_ROW_VECTORS) << 2
}

/** The row to score, f32[rowStride]. */
export function rowPtr(base: usize): usize {
  return regionPtr(base, H_ROW)
}

/** What `attribute` writes, f64[nFeatures], in bits. */
export function contributionsPtr(base: usize): usize {
  return regionPtr(base, H_CONTRIBUTIONS)
}

/** The rows that `scoreBatch` reads, f32[batchRows][rowStride]. */
export function batchRowsPtr(base: usize): usize {
  return regionPtr(base, H_BATCH_ROWS)
}

/** What `scoreBatch` writes, f64[batchRows]. */
export function batchScoresPtr(base: usize): usize {
  return regionPtr(base, H_BATCH_SCORES)
}

/** The host's ring of recent rows, f32[maxRows][rowStride]; nothing here reads it. */
export function windowPtr(base: usize): usize {
  return regionPtr(base, H_WINDOW)
}

/** The rows that a fit reads, f32[maxRows][rowStride]. */
export function trainingPtr(base: usize): usize {
  return regionPtr(base, H_TRAINING)
}

/** The scores a slot is calibrated on, f64[scoreCount], ascending. */
export function scoresPtr(base: usize, slot: u32): usize {
  return slotRegionPtr(base, slot, H_SCORES_AT)
}

/** One feature of the rows a slot was fitted on, f32[columnRows], ascending. */
export function columnPtr(base: usize, slot: u32, feature: u32): usize {
  return slotRegionPtr(base, slot, H_COLUMNS_AT) + ((<usize>feature * header(base, H_MAX_ROWS)) << 2)
}

/** Copies the forest of a slot to a slot of another arena of the same shape. */
export function copySlot(base: usize, slot: u32, fromBase: usize, fromSlot: u32): void {
  memory.copy(slotPtr(base, slot), slotPtr(fromBase, fromSlot), header(base, H_SLOT_BYTES))
}

/** Rows the forest was fitted on; 0 when the slot is empty. */
export function fittedRows(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_ROWS)
}

/** The real subsample size, min(subsampleSize, rows). */
export function subsampleOf(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_SUBSAMPLE)
}

/** Height limit of a slot's trees, ceil(log2(max(ψ, 2))) for the real ψ. */
export function heightOf(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_HEIGHT)
}

/** Scores the slot is calibrated on; 0 before. */
export function scoreCount(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_SCORES)
}

/** Rows in each of the slot's columns; 0 before `summarize`. */
export function columnRows(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_COLUMNS)
}

/** Scores strictly above it are anomalous. */
export function thresholdOf(base: usize, slot: u32): f64 {
  return load<f64>(slotPtr(base, slot) + S_THRESHOLD)
}

/** Sets the threshold of a forest that comes with its own, after `calibrateOn`. */
export function setThreshold(base: usize, slot: u32, threshold: f64): void {
  store<f64>(slotPtr(base, slot) + S_THRESHOLD, threshold)
}

/** γ, or under `auto` the share of training rows above the threshold. */
export function shareOf(base: usize, slot: u32): f64 {
  return load<f64>(slotPtr(base, slot) + S_SHARE)
}

// The module's exports. Addresses, counts and scalars in and out; every call names the arena by its base
// address and, where it concerns one forest, the slot. Callers keep to the shapes given at `initArena`; the
// library in src/forest checks what its users pass before it gets here.

import { shape } from './grow'
import {
  BATCH_ROWS,
  blocksOf,
  guardsHold,
  H_BATCH_ROWS,
  H_BATCH_SCORES,
  H_BLOCKS,
  H_ROW_WORDS,
  H_COLUMNS_AT,
  H_CONTRIBUTIONS,
  H_FEATURES,
  H_MAGIC,
  H_MAX_ROWS,
  H_LEAVES,
  H_PATH_TABLE,
  H_ROW,
  H_SCORES_AT,
  H_SLOTS,
  H_SUBSAMPLE,
  H_TRAINING,
  H_TREES,
  H_WINDOW,
  heightLimit,
  LANES,
  layOut,
  MAGIC,
  MAX_FEATURES,
  MAX_SUBSAMPLE,
  MAX_TREES,
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
  word,
} from './layout'
import { averagePathLength } from './math'
import { writeSteps } from './score'
import { clearTree, sealTree, setNodeSize, setSplit } from './tree'

export { attribute } from './attribute'
export { calibrate, calibrateOn, confidence, exceeds, summarize } from './calibrate'
export { beginFit, growTrees } from './grow'
export { averagePathLength, exp2, ln } from './math'
export { score, scoreBatch } from './score'
export { nodeSize, splitFeature, splitValue } from './tree'

/** Rows a call to `scoreBatch` takes at most. */
export function batchRows(): u32 {
  return BATCH_ROWS
}

/** Bytes an arena of this shape takes; 0 when the shape is out of range. */
export function arenaBytes(nFeatures: u32, nTrees: u32, subsample: u32, maxRows: u32, nSlots: u32): f64 {
  const inRange =
    nFeatures - 1 < MAX_FEATURES && nTrees - 1 < MAX_TREES && subsample - 2 < MAX_SUBSAMPLE - 1 && maxRows > 0
  // The largest region has fewer than 2^32 elements; counting in f64 first keeps a huge shape from wrapping.
  const rows = <f64>maxRows * (<f64>nFeatures * 12 + 64) + <f64>nSlots * <f64>maxRows * 16
  const trees = <f64>nSlots * <f64>(nTrees + LANES) * <f64>(1 << heightLimit(subsample)) * 20
  if (!inRange || rows + trees > 4e9) return 0
  return <f64>layOut(0, nFeatures, nTrees, subsample, maxRows, nSlots)
}

/** Lays out an arena at `base` (16-byte aligned, `arenaBytes` long, zeroed) and computes its path table. */
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
  store<u32>(base, (nFeatures + 3) >> 2, H_ROW_WORDS)
  const height = heightLimit(subsample)
  store<u32>(base, 1 << height, H_LEAVES)
  store<u32>(base, blocksOf(height), H_BLOCKS)
  writeSteps(base)
  layOut(base, nFeatures, nTrees, subsample, maxRows, nSlots)
  fillPathTable(regionPtr(base, H_PATH_TABLE), height, subsample + 1)
  // The lanes of the last group that have no tree are walked like the others.
  for (let slot: u32 = 0; slot < nSlots; slot++) {
    for (let lane = nTrees; lane % LANES > 0; lane++) clearTree(base, slot, lane)
  }
}

/** depth + c(n), a row of `sizes` entries for each depth up to the height; the first row is c(n) itself. */
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

/** Whether an arena was laid out here and the guards between its regions are whole. */
export function guardsIntact(base: usize): bool {
  return word(base, H_MAGIC) == MAGIC && guardsHold(base)
}

/** Floats from one row to the next in the row, batch, window and training regions. */
export function rowStride(base: usize): u32 {
  return word(base, H_ROW_WORDS) << 2
}

export function rowPtr(base: usize): usize {
  return regionPtr(base, H_ROW)
}

export function contributionsPtr(base: usize): usize {
  return regionPtr(base, H_CONTRIBUTIONS)
}

export function batchRowsPtr(base: usize): usize {
  return regionPtr(base, H_BATCH_ROWS)
}

export function batchScoresPtr(base: usize): usize {
  return regionPtr(base, H_BATCH_SCORES)
}

export function windowPtr(base: usize): usize {
  return regionPtr(base, H_WINDOW)
}

export function trainingPtr(base: usize): usize {
  return regionPtr(base, H_TRAINING)
}

/** Ascending calibration scores, f64[scoreCount]. */
export function scoresPtr(base: usize, slot: u32): usize {
  return slotRegionPtr(base, slot, H_SCORES_AT)
}

/** One feature of the training rows, ascending, f32[columnRows]. */
export function columnPtr(base: usize, slot: u32, feature: u32): usize {
  return slotRegionPtr(base, slot, H_COLUMNS_AT) + ((<usize>feature * word(base, H_MAX_ROWS)) << 2)
}

/** Rows the forest was fitted on; 0 when the slot is empty. */
export function fittedRows(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_ROWS)
}

/** The real subsample size, min(subsampleSize, rows). */
export function subsampleOf(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_SUBSAMPLE)
}

export function heightOf(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_HEIGHT)
}

export function scoreCount(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_SCORES)
}

export function columnRows(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_COLUMNS)
}

export function thresholdOf(base: usize, slot: u32): f64 {
  return load<f64>(slotPtr(base, slot) + S_THRESHOLD)
}

export function setThreshold(base: usize, slot: u32, threshold: f64): void {
  store<f64>(slotPtr(base, slot) + S_THRESHOLD, threshold)
}

/** γ, or under `auto` the share of training rows above the threshold. */
export function shareOf(base: usize, slot: u32): f64 {
  return load<f64>(slotPtr(base, slot) + S_SHARE)
}

/** Makes the slot a forest to be filled node by node: `importSplit`, `importSize`, then `importSeal`. */
export function importBegin(base: usize, slot: u32, nRows: u32, subsample: u32): void {
  shape(base, slot, nRows, subsample)
}

export function importClear(base: usize, slot: u32, tree: u32): void {
  clearTree(base, slot, tree)
}

export function importSplit(base: usize, slot: u32, tree: u32, node: u32, feature: u32, split: f32): void {
  setSplit(base, slot, tree, node, feature, split)
}

export function importSize(base: usize, slot: u32, tree: u32, node: u32, size: u32): void {
  setNodeSize(base, slot, tree, node, size)
}

export function importSeal(base: usize, slot: u32, tree: u32): void {
  sealTree(base, slot, tree)
}

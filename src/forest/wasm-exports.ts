/**
 * The exports of the module; assembly/index.ts says what each does. `base` is the address of an arena. Addresses and
 * counts are u32, booleans 0 or 1.
 */
export interface WasmExports {
  readonly memory: WebAssembly.Memory
  averagePathLength(n: number): number
  exp2(x: number): number
  ln(x: number): number

  arenaBytes(nFeatures: number, nTrees: number, subsample: number, maxRows: number, nSlots: number): number
  initArena(
    base: number,
    nFeatures: number,
    nTrees: number,
    subsample: number,
    maxRows: number,
    nSlots: number,
  ): void
  batchRows(): number
  rowStride(base: number): number
  rowPtr(base: number): number
  contributionsPtr(base: number): number
  batchRowsPtr(base: number): number
  batchScoresPtr(base: number): number
  windowPtr(base: number): number
  trainingPtr(base: number): number
  scoresPtr(base: number, slot: number): number
  columnPtr(base: number, slot: number, feature: number): number
  copySlot(base: number, slot: number, fromBase: number, fromSlot: number): void

  beginFit(base: number, slot: number, nRows: number): void
  growTrees(base: number, slot: number, seed: number, from: number, to: number): void
  calibrate(base: number, slot: number, contamination: number): void
  calibrateOn(base: number, slot: number, n: number, contamination: number): void
  summarize(base: number, slot: number): void

  score(base: number, slot: number): number
  scoreBatch(base: number, slot: number, n: number): void
  attribute(base: number, slot: number): number
  confidence(base: number, slot: number, score: number): number
  exceeds(score: number, threshold: number): number

  fittedRows(base: number, slot: number): number
  subsampleOf(base: number, slot: number): number
  heightOf(base: number, slot: number): number
  scoreCount(base: number, slot: number): number
  columnRows(base: number, slot: number): number
  thresholdOf(base: number, slot: number): number
  setThreshold(base: number, slot: number, threshold: number): void
  shareOf(base: number, slot: number): number

  nodeSize(base: number, slot: number, tree: number, node: number): number
  splitFeature(base: number, slot: number, tree: number, node: number): number
  splitValue(base: number, slot: number, tree: number, node: number): number
  importBegin(base: number, slot: number, nRows: number, subsample: number): void
  importClear(base: number, slot: number, tree: number): void
  importSplit(base: number, slot: number, tree: number, node: number, feature: number, split: number): void
  importSize(base: number, slot: number, tree: number, node: number, size: number): void
  importSeal(base: number, slot: number, tree: number): void
}

import type { Contamination } from './options.js'
import type { WasmExports } from './wasm-exports.js'

/** @internal */
export interface FitOrder {
  readonly base: number
  readonly slot: number
  /** Rows already in the training region, oldest first. */
  readonly nRows: number
  readonly nTrees: number
  readonly seed: number
  readonly contamination: Contamination
}

/** Told how many of the forest's trees are grown, 0 and nTrees included, while a fit runs. */
export type FitProgress = (treesGrown: number, nTrees: number) => void

/** Trees grown between two reports of progress: at ψ 256 about a tenth of a millisecond. */
const TREES_A_REPORT = 5

/**
 * Grows and calibrates a forest in a slot from the arena's training rows. Runs wherever there is an instance
 * on the arena's memory: inline, or on another thread. What `onProgress` throws ends the fit with the slot empty.
 * @internal
 */
export function fitSlot(wasm: WasmExports, order: FitOrder, onProgress?: FitProgress): void {
  const { base, slot, nRows, nTrees, seed, contamination } = order
  wasm.beginFit(base, slot, nRows)
  if (onProgress) growReporting(wasm, order, onProgress)
  else wasm.growTrees(base, slot, seed, 0, nTrees)
  wasm.calibrate(base, slot, contaminationWord(contamination))
}

function growReporting(wasm: WasmExports, order: FitOrder, onProgress: FitProgress): void {
  const { base, slot, nTrees, seed } = order
  try {
    onProgress(0, nTrees)
    for (let from = 0; from < nTrees; from += TREES_A_REPORT) {
      const to = Math.min(nTrees, from + TREES_A_REPORT)
      wasm.growTrees(base, slot, seed, from, to)
      onProgress(to, nTrees)
    }
  } catch (stopped) {
    // No training rows: a forest that is not fitted, rather than one with some of its trees.
    wasm.importBegin(base, slot, 0, 2)
    throw stopped
  }
}

/** How the module is told a contamination: 0 stands for `auto`. @internal */
export function contaminationWord(contamination: Contamination): number {
  return contamination === 'auto' ? 0 : contamination
}

import type { Contamination } from './options.js'
import type { WasmExports } from './wasm-exports.js'

export interface FitOrder {
  readonly base: number
  readonly slot: number
  /** Rows already in the training region, oldest first. */
  readonly nRows: number
  readonly nTrees: number
  readonly seed: number
  readonly contamination: Contamination
}

/**
 * Grows and calibrates a forest in a slot from the arena's training rows. Runs wherever there is an instance
 * on the arena's memory: inline, or on another thread.
 */
export function fitSlot(wasm: WasmExports, order: FitOrder): void {
  const { base, slot, nRows, nTrees, seed, contamination } = order
  wasm.beginFit(base, slot, nRows)
  wasm.growTrees(base, slot, seed, 0, nTrees)
  wasm.calibrate(base, slot, contaminationWord(contamination))
}

/** How the module is told a contamination: 0 stands for `auto`. */
export function contaminationWord(contamination: Contamination): number {
  return contamination === 'auto' ? 0 : contamination
}

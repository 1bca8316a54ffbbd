import type { Contamination } from './options.js'
import type { WasmExports } from './wasm-exports.js'

/** A fit to be done: plain data, so that it can be sent to another thread. @internal */
export interface FitOrder {
  /** Address of the arena. */
  readonly base: number
  /** Slot to fill. */
  readonly slot: number
  /** Rows in the training region, the oldest first; 1 to the arena's maxRows. */
  readonly nRows: number
  readonly nTrees: number
  readonly seed: number
  readonly contamination: Contamination
}

/** Told how many of the forest's trees are grown, 0 and nTrees included, while a fit runs. */
export type FitProgress = (treesGrown: number, nTrees: number) => void

/** Trees grown from one report of progress to the next: about a tenth of a millisecond at ψ 256. */
const TREES_A_REPORT = 5

/**
 * Fits a forest in turns: grows it in a slot from the arena's training rows, `treesATurn` trees at a time, and then
 * calibrates it. Each turn yields how many trees are grown, from 0 to nTrees; the last one is followed by the
 * calibration. The forest is the same whatever the turns. When the caller stops before the end, by `break`, `return`
 * or an error, the slot is left without a forest.
 * @internal
 */
export function* fitInTurns(
  wasm: WasmExports,
  order: FitOrder,
  treesATurn: number,
): Generator<number, void, undefined> {
  const { base, slot, nRows, nTrees, seed, contamination } = order
  let done = false
  wasm.beginFit(base, slot, nRows)
  try {
    yield 0
    for (let from = 0; from < nTrees; from += treesATurn) {
      const to = Math.min(nTrees, from + treesATurn)
      wasm.growTrees(base, slot, seed, from, to)
      yield to
    }
    wasm.calibrate(base, slot, contaminationNumber(contamination))
    done = true
  } finally {
    // No training rows: a forest that is not fitted, rather than one with some of its trees.
    if (!done) wasm.importBegin(base, slot, 0, 2)
  }
}

/**
 * As `fitInTurns`, at one go, wherever there is an instance on the arena's memory: inline or on another thread. What
 * `onProgress` throws ends the fit.
 * @internal
 */
export function fitSlot(wasm: WasmExports, order: FitOrder, onProgress?: FitProgress): void {
  const { nTrees } = order
  for (const grown of fitInTurns(wasm, order, onProgress ? TREES_A_REPORT : nTrees))
    onProgress?.(grown, nTrees)
}

/** How the module is told a contamination: 0 stands for `auto`. @internal */
export function contaminationNumber(contamination: Contamination): number {
  return contamination === 'auto' ? 0 : contamination
}

import type { Arena } from '../../forest/arena.js'
import { decodeHeader, decodeTreeByTree, encodeTreeByTree } from '../../forest/codec.js'
import type { Contamination } from '../../forest/options.js'
import { LateValue } from '../../state/late.js'
import { StateError } from '../../state/section.js'
import type { Steps } from '../../state/steps.js'

/** What a forest depends on besides its rows. One fitted under other options is not taken over. */
export interface FittedOptions {
  readonly nFeatures: number
  readonly nTrees: number
  readonly subsampleSize: number
  readonly seed: number
  readonly contamination: Contamination
}

/** A forest in use, as plain data: the same scores, confidences and explanations bit for bit. */
export interface ForestState {
  readonly [name: string]: number | Uint8Array | readonly Float32Array[]
  readonly generation: number
  /** Rows there was room for. */
  readonly capacity: number
  readonly forest: Uint8Array
  /** The rows it was fitted on, one feature each, ascending: medians and percentiles come from them. */
  readonly columns: readonly Float32Array[]
}

/** A forest that is being captured: its slot may not be filled again before the bytes are there. */
export interface CapturedForest {
  readonly state: ForestState
  readonly slot: number
  readonly bytes: LateValue<Uint8Array>
}

export function captureForest(
  arena: Arena,
  slot: number,
  generation: number,
  options: FittedOptions,
): CapturedForest {
  const columns = Array.from({ length: options.nFeatures }, (_, feature) =>
    arena.column(slot, feature).slice(),
  )
  const bytes = new LateValue<Uint8Array>(encodeTreeByTree(arena, slot, { ...options, maxRows: undefined }))
  const { maxRows: capacity } = arena.shape
  return { state: { generation, capacity, forest: bytes.asValue(), columns }, slot, bytes }
}

/** Trees that are restored before others have their turn. */
const TREES_A_STEP = 10

/**
 * Fills a slot with a captured forest, in steps. No fit may be under way: the columns pass through the training rows.
 * @returns false, with the slot untouched, when the forest was fitted under other options
 * @throws StateError when it is none
 */
export function* restoringForest(
  arena: Arena,
  slot: number,
  { forest, columns, capacity }: ForestState,
  options: FittedOptions,
): Steps<boolean> {
  const header = decodeHeader(forest)
  const { nRows } = header
  const same = (Object.keys(options) as (keyof FittedOptions)[]).every(
    (name) => header.options[name] === options[name],
  )
  if (!same || capacity !== arena.shape.maxRows) return false
  if (columns.length !== options.nFeatures || columns.some((column) => column.length !== nRows)) {
    throw new StateError('the columns of its forest do not fit')
  }
  yield
  let trees = 0
  for (const _ of decodeTreeByTree(arena, slot, header, forest)) {
    trees += 1
    if (trees % TREES_A_STEP === 0) yield
  }
  // Sorting what is ascending already gives the columns back.
  const { training, rowStride } = arena
  for (const [feature, column] of columns.entries()) {
    for (let row = 0; row < nRows; row++) training[row * rowStride + feature] = column[row] as number
  }
  arena.wasm.summarize(arena.base, slot)
  return true
}

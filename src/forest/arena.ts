import { ForestError } from './errors.js'
import { instantiateWasm, type WasmInstance, type WasmOptions } from './wasm.js'
import type { WasmExports } from './wasm-exports.js'

/** What an arena is laid out for. assembly/layout.ts has the map of its memory. */
export interface ArenaShape {
  readonly nFeatures: number
  readonly nTrees: number
  /** ψ, the most rows a tree is grown from. */
  readonly subsampleSize: number
  /** The most rows of a fit, and those of the window. */
  readonly maxRows: number
  /** Forests it holds: 2 where one is filled while the other is scored from. */
  readonly nSlots: number
}

const PAGE_BYTES = 65_536

/**
 * The memory of one model: the module's exports, the memory they work in, the arena's address there, and typed views
 * of its regions. A memory that grows gets a new buffer, and views of the old one have length 0; so ask for a view
 * each time.
 */
export class Arena {
  readonly wasm: WasmExports
  readonly memory: WebAssembly.Memory
  readonly shape: ArenaShape
  /** Address of the arena in the memory. */
  readonly base: number
  /** Floats from one row to the next in the row, batch, window and training regions. */
  readonly rowStride: number
  /** The most rows of one call of `scoreBatch`. */
  readonly batchRows: number
  readonly #instance: WasmInstance
  /** Views that every record needs are kept. */
  #row: Float32Array
  #contributions: Float64Array
  #window: Float32Array

  private constructor(instance: WasmInstance, shape: ArenaShape, base: number) {
    this.#instance = instance
    this.wasm = instance.exports
    this.memory = instance.memory
    this.shape = shape
    this.base = base
    const { nFeatures, nTrees, subsampleSize, maxRows, nSlots } = shape
    this.wasm.initArena(base, nFeatures, nTrees, subsampleSize, maxRows, nSlots)
    this.rowStride = this.wasm.rowStride(base)
    this.batchRows = this.wasm.batchRows()
    this.#row = this.floats(this.wasm.rowPtr(base), nFeatures)
    this.#contributions = this.doubles(this.wasm.contributionsPtr(base), nFeatures)
    this.#window = this.floats(this.wasm.windowPtr(base), maxRows * this.rowStride)
  }

  /**
   * Lays out an arena in pages added to the end of the memory.
   * @throws ForestError FOREST_OUT_OF_MEMORY, FOREST_NO_WASM
   */
  static async create(shape: ArenaShape, options: WasmOptions = {}): Promise<Arena> {
    return Arena.#layOut(await instantiateWasm(options), shape)
  }

  static #layOut(instance: WasmInstance, shape: ArenaShape): Arena {
    const { nFeatures, nTrees, subsampleSize, maxRows, nSlots } = shape
    const bytes = instance.exports.arenaBytes(nFeatures, nTrees, subsampleSize, maxRows, nSlots)
    const pages = Math.ceil(bytes / PAGE_BYTES)
    try {
      if (bytes === 0) throw new RangeError('the shape takes more than 4 GiB')
      return new Arena(instance, shape, instance.memory.grow(pages) * PAGE_BYTES)
    } catch (cause) {
      throw new ForestError(
        'FOREST_OUT_OF_MEMORY',
        `no memory for ${maxRows} rows of ${nFeatures} features, ${nTrees} trees of ${subsampleSize} rows ` +
          `(${pages} pages of 64 KiB): fewer of them, or a memory with a larger maximum, are needed`,
        { cause },
      )
    }
  }

  /**
   * A new arena of another shape in the same memory; this one's pages stay taken.
   * @throws ForestError FOREST_OUT_OF_MEMORY
   */
  relayout(shape: ArenaShape): Arena {
    return Arena.#layOut(this.#instance, shape)
  }

  /** The compiled module, for another thread to instantiate on this memory. */
  get module(): WebAssembly.Module {
    return this.#instance.module
  }

  /** Whether other threads can work in this memory. */
  get shared(): boolean {
    return this.#instance.shared
  }

  /** The row to score, f32[nFeatures]. Scoring overwrites it with comparison keys. */
  get row(): Float32Array {
    if (this.#row.length === 0) this.#row = this.floats(this.wasm.rowPtr(this.base), this.shape.nFeatures)
    return this.#row
  }

  /** What the last `attribute` wrote, f64[nFeatures], in bits. */
  get contributions(): Float64Array {
    if (this.#contributions.length === 0) {
      this.#contributions = this.doubles(this.wasm.contributionsPtr(this.base), this.shape.nFeatures)
    }
    return this.#contributions
  }

  /** The rows that `scoreBatch` scores, f32[batchRows][rowStride]. Scoring overwrites them with comparison keys. */
  get batch(): Float32Array {
    return this.floats(this.wasm.batchRowsPtr(this.base), this.batchRows * this.rowStride)
  }

  /** What `scoreBatch` wrote, f64[batchRows]. */
  get batchScores(): Float64Array {
    return this.doubles(this.wasm.batchScoresPtr(this.base), this.batchRows)
  }

  /** A ring of recent rows that the host keeps here, f32[maxRows][rowStride]. */
  get window(): Float32Array {
    if (this.#window.length === 0) {
      this.#window = this.floats(this.wasm.windowPtr(this.base), this.shape.maxRows * this.rowStride)
    }
    return this.#window
  }

  /** The rows that a fit reads, f32[maxRows][rowStride]. */
  get training(): Float32Array {
    return this.floats(this.wasm.trainingPtr(this.base), this.shape.maxRows * this.rowStride)
  }

  /** The first n calibration scores of a slot, f64[n], ascending once it is calibrated. */
  scores(slot: number, n = this.wasm.scoreCount(this.base, slot)): Float64Array {
    return this.doubles(this.wasm.scoresPtr(this.base, slot), n)
  }

  /** One feature of the n rows a slot was fitted on, f32[n], ascending; empty before `summarize`. */
  column(slot: number, feature: number): Float32Array {
    return this.floats(this.wasm.columnPtr(this.base, slot, feature), this.wasm.columnRows(this.base, slot))
  }

  private floats(ptr: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, ptr, length)
  }

  private doubles(ptr: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, ptr, length)
  }
}

import type { RecordStore } from './record-store.js'

/** Share of the baseline that one cell of near-identical odd records may take. */
const CELL_QUOTA = 0.01
/** Cells to a spread, coarsest and finest. */
const COARSEST = 4
const FINEST = 256

/**
 * Sorts records into cells on the log scale, so that near-identical ones can be counted. Cells are as fine as it
 * takes for natural traffic not to crowd: from a quarter of a spread, halved until two records of the baseline
 * share a cell with probability at most half the quota. Where even the finest are shared (few distinct values),
 * the quota is twice that probability instead: such traffic crowds by nature.
 */
export class CellGrid {
  /** Share of the baseline for one cell, 0.01 or more. */
  readonly quota: number
  readonly #widths: Float64Array

  /** @param spreads per feature, on the log scale */
  constructor(spreads: Float64Array, baseline: RecordStore) {
    let perSpread = COARSEST
    let widths = spreads.map((spread) => spread / perSpread)
    let shared = this.#label(baseline, widths)
    while (shared > CELL_QUOTA / 2 && perSpread < FINEST) {
      perSpread *= 2
      widths = spreads.map((spread) => spread / perSpread)
      shared = this.#label(baseline, widths)
    }
    this.#widths = widths
    this.quota = shared > CELL_QUOTA / 2 ? Math.max(CELL_QUOTA, 2 * shared) : CELL_QUOTA
  }

  /** The cell of the record whose features start at `at`. */
  cellOf(logs: Float64Array, at: number): number {
    return cellAt(logs, at, this.#widths)
  }

  /** Labels every record of a store with its cell. */
  label(store: RecordStore): void {
    for (let i = 0; i < store.size; i++) store.cells[i] = this.cellOf(store.logs, i * store.nFeatures)
  }

  /** As `label`; returns the probability that two records share a cell. */
  #label(store: RecordStore, widths: Float64Array): number {
    for (let i = 0; i < store.size; i++) store.cells[i] = cellAt(store.logs, i * store.nFeatures, widths)
    return sharedCell(store.cells.slice(0, store.size))
  }
}

/** Probability that two different records of these cells (which get sorted) are in the same one. */
export function sharedCell(cells: Uint32Array): number {
  const n = cells.length
  if (n < 2) return 0
  cells.sort()
  let pairs = 0
  let run = 1
  for (let i = 1; i <= n; i++) {
    if (i < n && cells[i] === cells[i - 1]) {
      run += 1
    } else {
      pairs += run * (run - 1)
      run = 1
    }
  }
  return pairs / (n * (n - 1))
}

/** Cells are told apart by a 32-bit hash (FNV-1a over words): of a thousand, two collide once in 10,000 fits. */
export function cellAt(logs: Float64Array, at: number, widths: Float64Array): number {
  let hash = 0x811c9dc5
  for (let f = 0; f < widths.length; f++) {
    const step = Math.floor((logs[at + f] as number) / (widths[f] as number))
    hash = Math.imul(hash ^ step, 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}

/** How many records of a store each cell holds. */
export class CellCounts {
  readonly #counts = new Map<number, number>()

  of(cell: number): number {
    return this.#counts.get(cell) ?? 0
  }

  add(cell: number): void {
    this.#counts.set(cell, this.of(cell) + 1)
  }

  remove(cell: number): void {
    const left = this.of(cell) - 1
    if (left > 0) this.#counts.set(cell, left)
    else this.#counts.delete(cell)
  }

  recount(store: RecordStore): void {
    this.#counts.clear()
    for (let i = 0; i < store.size; i++) this.add(store.cells[i] as number)
  }
}

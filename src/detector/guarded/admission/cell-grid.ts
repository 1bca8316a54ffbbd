import type { RecordStore } from '../record-store.js'

/** Share of the baseline that one cell of near-identical odd records may take. */
const CELL_QUOTA = 0.01
/** Up to this probability that two records share a cell, natural traffic does not crowd. */
const ROOMY = CELL_QUOTA / 2
/** Cells to a spread, coarsest and finest. */
const COARSEST = 4
const FINEST = 256

/** Spread per feature, on the log scale, of the route of that name. */
export type SpreadOf = (route: string) => Float64Array

/** How fine a grid is. */
export type GridState = { readonly quota: number; readonly perSpread: number }

/**
 * Sorts records into cells on the log scale, so that near-identical ones can be counted: near by the measure of
 * their own route. Cells are as fine as it takes for natural traffic not to crowd: from a quarter of a spread,
 * halved until two records of the baseline share a cell with probability at most half the quota. Where even the
 * finest are shared (few distinct values), the quota is twice that probability: such traffic crowds by nature.
 */
export class CellGrid {
  /** Share of the baseline for one cell, 0.01 or more. */
  readonly quota: number
  readonly #perSpread: number
  readonly #spreadOf: SpreadOf

  constructor(spreadOf: SpreadOf, { quota, perSpread }: GridState) {
    this.#spreadOf = spreadOf
    this.quota = quota
    this.#perSpread = perSpread
  }

  /**
   * Finds how fine the cells have to be for a baseline, and labels its records.
   * @param before the grid of a similar baseline, where the search begins
   */
  static fit(spreadOf: SpreadOf, baseline: RecordStore, before: CellGrid | null): CellGrid {
    let perSpread = before === null ? COARSEST : before.#perSpread
    let shared = label(baseline, spreadOf, perSpread)
    // Finer cells lie within coarser ones, so they are never shared more.
    while (shared > ROOMY && perSpread < FINEST) {
      perSpread *= 2
      shared = label(baseline, spreadOf, perSpread)
    }
    let labelled = perSpread
    while (shared <= ROOMY && perSpread > COARSEST) {
      labelled = perSpread / 2
      const coarser = label(baseline, spreadOf, labelled)
      if (coarser > ROOMY) break
      perSpread = labelled
      shared = coarser
    }
    const grid = new CellGrid(spreadOf, { quota: shared > ROOMY ? 2 * shared : CELL_QUOTA, perSpread })
    if (labelled !== perSpread) grid.label(baseline)
    return grid
  }

  /** The cell of a record whose features start at `at`, of a route of these spreads. */
  cellOf(logs: Float64Array, at: number, spreads: Float64Array): number {
    return cellAt(logs, at, spreads, this.#perSpread)
  }

  capture(): GridState {
    return { quota: this.quota, perSpread: this.#perSpread }
  }

  /** Labels every record of a store with its cell. */
  label(store: RecordStore): void {
    label(store, this.#spreadOf, this.#perSpread)
  }
}

/** Labels the records; returns the probability that two of them share a cell. */
function label(store: RecordStore, spreadOf: SpreadOf, perSpread: number): number {
  for (let i = 0; i < store.size; i++) {
    const spreads = spreadOf(store.routes[i] as string)
    store.cells[i] = cellAt(store.logs, i * store.nFeatures, spreads, perSpread)
  }
  return sharedCell(store.cells.slice(0, store.size))
}

/** Probability that two different records of these cells (which get sorted) are in the same one. */
export function sharedCell(cells: Int32Array | Uint32Array): number {
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

/** Cells are told apart by a signed 32-bit hash (FNV-1a over words): of a thousand, two collide once in 10,000 fits. */
export function cellAt(logs: Float64Array, at: number, spreads: Float64Array, perSpread: number): number {
  let hash = 0x811c9dc5
  for (let f = 0; f < spreads.length; f++) {
    const step = Math.floor(((logs[at + f] as number) / (spreads[f] as number)) * perSpread)
    hash = Math.imul(hash ^ step, 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}

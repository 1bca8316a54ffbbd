/** Records so far apart are no flood, ms: to hold back what is odd among them protects from nothing. */
export const SPARSE_MS = 120_000

/**
 * Whether traffic is so sparse that each record may be learnt from, as samples of a measure every few minutes are: it takes
 * many records to lead a baseline, and after a change it would be odd for days. All traffic counts, not a route's: many routes
 * with a record now and then are a flood together.
 */
export class Sparseness {
  readonly #clock: (() => number) | null
  /** When the last record came, ms; 0 before the first, and where no clock says. */
  lastMs = 0

  constructor(clock: (() => number) | null) {
    this.#clock = clock
  }

  /** A record has come: whether that was long after the one before it. */
  observe(): boolean {
    if (this.#clock === null) return false
    const nowMs = this.#clock()
    const isSparse = this.lastMs > 0 && nowMs - this.lastMs >= SPARSE_MS
    this.lastMs = nowMs
    return isSparse
  }
}

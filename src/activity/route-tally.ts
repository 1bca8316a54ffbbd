import { COUNTED, RECORDS } from './tally.js'

/** What some buckets of a route come to. */
export class RouteTally {
  /** f64[5], in the order of `COUNTED`. */
  readonly counts = new Float64Array(COUNTED.length)
  #medians = 0
  #p99s = 0
  /** Records that a forest has judged, as good as. */
  #scored = 0

  /** Of several buckets the mean of their medians, by their records; null where no forest judged. */
  get median(): number | null {
    return this.#scored === 0 ? null : this.#medians / this.#scored
  }

  /** The same of the 99th percentiles. */
  get p99(): number | null {
    return this.#scored === 0 ? null : this.#p99s / this.#scored
  }

  /** Adds a bucket. @param at where its counts begin */
  add(counts: Uint32Array, at: number, median: number | null, p99: number | null): void {
    for (let i = 0; i < COUNTED.length; i++)
      this.counts[i] = (this.counts[i] as number) + (counts[at + i] as number)
    if (median === null || p99 === null) return
    const records = counts[at + RECORDS] as number
    this.#scored += records
    this.#medians += records * median
    this.#p99s += records * p99
  }
}

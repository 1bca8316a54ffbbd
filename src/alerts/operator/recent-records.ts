import type { Lead } from '../lead.js'
import type { Reach } from './pattern-schemas.js'

/** Records remembered. */
const CAPACITY = 2000
/** With fewer records than this, their shares say nothing. */
const ENOUGH = 100

/** A record as it is remembered; `lead` is null for one that did not alert. */
export interface RecentRecord {
  readonly route: string
  readonly values: ArrayLike<number>
  readonly lead: Lead | null
}

/** The latest records and what led in those that alerted, to tell what an operator's word would concern. */
export class RecentRecords {
  readonly #nFeatures: number
  readonly #routes: string[] = []
  readonly #leads: (Lead | null)[] = []
  readonly #values: Float64Array
  #next = 0

  constructor(nFeatures: number) {
    this.#nFeatures = nFeatures
    this.#values = new Float64Array(CAPACITY * nFeatures)
  }

  get size(): number {
    return this.#routes.length
  }

  /** Whether there are enough of them to tell a share. */
  get enough(): boolean {
    return this.size >= ENOUGH
  }

  /** @param lead null for a record that did not alert */
  push(route: string, values: ArrayLike<number>, lead: Lead | null): void {
    const at = this.#next
    this.#routes[at] = route
    this.#leads[at] = lead
    for (let f = 0; f < this.#nFeatures; f++) this.#values[at * this.#nFeatures + f] = values[f] as number
    this.#next = (at + 1) % CAPACITY
  }

  /** @param route whose share is asked for; null for none */
  reachOf(route: string | null, matches: (record: RecentRecord) => boolean): Reach {
    const n = this.#nFeatures
    let matching = 0
    let onRoute = 0
    for (const [i, name] of this.#routes.entries()) {
      const values = this.#values.subarray(i * n, (i + 1) * n)
      if (name === route) onRoute += 1
      if (matches({ route: name, values, lead: this.#leads[i] as Lead | null })) matching += 1
    }
    const shareOf = (records: number): number => (records === 0 ? 0 : matching / records)
    return {
      records: this.size,
      matching,
      of_all: shareOf(this.size),
      of_route: route === null ? null : shareOf(onRoute),
    }
  }
}

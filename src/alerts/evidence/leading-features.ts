import { AlertsStateError, type Captured, memberOf, numbersOf } from '../captured.js'
import type { Rarity } from '../rarity/rarity.js'
import type { RouteMemory } from '../rarity/route-memory.js'
import type { SpikeEvidence } from './spike-evidence.js'

/** -ln p from which on a record is rare enough to be counted: 0.05. */
export const COUNTED = Math.log(20)

/** Share of the records that a feature leads where it is said to. */
const MOST = 2 / 3

/** Which features lead in the rare records that the evidence of all traffic is made of. */
export class LeadingFeatures {
  /** By feature: the records that it leads. */
  readonly #records: Float64Array
  #all = 0

  constructor(nFeatures: number) {
    this.#records = new Float64Array(nFeatures)
  }

  /** Counts the record ranked last, which is rare, and which the evidence has just taken in. */
  count(route: RouteMemory, rarity: Rarity, evidence: SpikeEvidence): void {
    // What came before the last calm is no part of the evidence.
    if (evidence.level <= rarity.gain && this.#all > 0) {
      this.#all = 0
      this.#records.fill(0)
    }
    this.#all += 1
    const feature = rarity.leading(route)
    if (feature >= 0) this.#records[feature] = (this.#records[feature] as number) + 1
  }

  /** Index of the feature that leads two thirds of them or more, or -1. */
  get most(): number {
    const least = Math.max(1, MOST * this.#all)
    return this.#records.findIndex((records) => records >= least)
  }

  capture(): Captured {
    return { all: this.#all, records: this.#records.slice() }
  }

  /** @throws AlertsStateError when these are no counts, and then nothing has changed */
  restore(captured: Captured): void {
    const all = memberOf(captured, 'all')
    if (typeof all !== 'number' || !(all >= 0)) throw new AlertsStateError('all is no count')
    this.#records.set(numbersOf(captured, 'records', this.#records.length))
    this.#all = all
  }
}

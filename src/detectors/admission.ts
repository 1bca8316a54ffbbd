import { SightingSketch } from '../detector/guarded/routes/sighting-sketch.js'

/** Records that a new entity has to bring, of late, before another one makes room for it. */
const SIGHTINGS = 16
/** After as many sightings for each place all of them count half: who does not come any more is forgotten. */
const SIGHTINGS_A_PLACE = 64
/** Exchanges that may follow each other at once, and how long it takes until there may be another. */
const EXCHANGES_AT_ONCE = 16
const MS_AN_EXCHANGE = 1000
/** The same where records alone are the time. */
const RECORDS_AN_EXCHANGE = 256

/**
 * Who gets one of a few places when all are taken. An exchange costs some milliseconds and a file, and clients choose
 * the names: so a newcomer has to keep coming, and exchanges are no more than one a second.
 */
export class Admission {
  readonly #places: number
  readonly #paced: boolean
  readonly #sketch = new SightingSketch()
  #sightings = 0
  #exchanges = EXCHANGES_AT_ONCE
  #countedAt: number
  #records = 0

  /** @param paced whether time passes by the machine's clock; else by records, so that they alone decide */
  constructor(places: number, paced: boolean) {
    this.#places = places
    this.#paced = paced
    this.#countedAt = this.#now
  }

  /** A record without a place has come. */
  tick(): void {
    this.#records += 1
  }

  /** Counts a record of a newcomer; says whether it has come often enough. */
  comesOften(name: string): boolean {
    this.#sightings += 1
    if (this.#sightings >= SIGHTINGS_A_PLACE * Math.max(this.#places, SIGHTINGS)) {
      this.#sightings = 0
      this.#sketch.age()
    }
    return this.#sketch.see(name) >= SIGHTINGS
  }

  /** Whether there may be an exchange now; if so, it counts. */
  take(): boolean {
    const now = this.#now
    this.#exchanges = Math.min(this.#exchanges + now - this.#countedAt, EXCHANGES_AT_ONCE)
    this.#countedAt = now
    if (this.#exchanges < 1) return false
    this.#exchanges -= 1
    return true
  }

  /** Time in exchanges. */
  get #now(): number {
    return this.#paced ? performance.now() / MS_AN_EXCHANGE : this.#records / RECORDS_AN_EXCHANGE
  }
}

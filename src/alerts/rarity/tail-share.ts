import { AlertsStateError, type Captured, numbersOf } from '../captured.js'

/** p of what counts as rare here, and -ln of it. */
const RARE_P = 0.02
const RARE = -Math.log(RARE_P)
/** Records that a route is taken to have had before its first, as rare as they are to be. */
const PRIOR_RECORDS = 16
/** Records at which the counts are halved: so many that a patient attacker adds little. */
const CAPACITY = 20_000
/** Records that wait until they are counted: where they turn out to be the first of an incident they never are. */
const WAITING = 16

/**
 * How many times as often as among all traffic records are rare on one route: p is calibrated over all routes together, so
 * that on those that vary more than the others far more of it is rare than should be. Ordinary records there would be taken
 * for evidence, and be held back from the memories, which would make those to come rarer still.
 */
export class TailShare {
  /** How many times as often, 1 or more; and ln of that. */
  times = 1
  excess = 0
  #rare = 0
  #records = 0
  #waitingRare = 0
  #waiting = 0

  /** One record has come that may be ordinary; -ln p of it among all traffic is read here, as in `Rarity.rank`. */
  observe({ amongAll }: { readonly amongAll: number }): void {
    this.#waiting += 1
    if (amongAll > RARE) this.#waitingRare += 1
    if (this.#waiting >= WAITING) this.#count()
  }

  /** Those that came last were part of an incident. */
  drop(): void {
    this.#waiting = 0
    this.#waitingRare = 0
  }

  capture(): Captured {
    return { counts: Float64Array.of(this.#rare, this.#records, this.#waitingRare, this.#waiting) }
  }

  /** @throws AlertsStateError when these are no counts, and then nothing has changed */
  restore(captured: Captured): void {
    const [rare = 0, records = 0, waitingRare = 0, waiting = 0] = numbersOf(captured, 'counts', 4)
    const fits = rare >= 0 && rare <= records && records < CAPACITY
    if (!(fits && waitingRare >= 0 && waitingRare <= waiting && waiting < WAITING))
      throw new AlertsStateError('its counts of rare records are off')
    this.#rare = rare
    this.#records = records
    this.#waitingRare = waitingRare
    this.#waiting = waiting
    this.#weigh()
  }

  #count(): void {
    this.#rare += this.#waitingRare
    this.#records += this.#waiting
    this.drop()
    if (this.#records >= CAPACITY) {
      this.#records /= 2
      this.#rare /= 2
    }
    this.#weigh()
  }

  #weigh(): void {
    const share = (this.#rare + PRIOR_RECORDS * RARE_P) / (PRIOR_RECORDS + this.#records)
    this.times = share > RARE_P ? share / RARE_P : 1
    this.excess = Math.log(this.times)
  }
}

import { AlertsStateError, type Captured, numbersOf } from '../captured.js'

/** -ln p of what counts as rare here: 1 in 50. */
const RARE = Math.log(50)
const RARE_P = 0.02
/** Records that a route is taken to have had before its first, as rare as they are to be. */
const PRIOR_RECORDS = 16
/** Records at which the counts are halved. */
const CAPACITY = 4000

/**
 * How many times as often as among all traffic records are rare on one route: p is calibrated over all routes together, so
 * that on those that vary more than the others far more of it is rare than should be. Ordinary records there would be taken
 * for evidence. Less one standard deviation, so that it is 1 wherever chance explains it.
 */
export class TailShare {
  /** ln of how many times as often, 0 or more. */
  excess = 0
  #rare = 0
  #records = 0

  /** One record has come that may be ordinary; -ln p of it among all traffic. */
  observe(z: number): void {
    this.#records += 1
    if (z > RARE) this.#rare += 1
    if (this.#records >= CAPACITY) {
      this.#records /= 2
      this.#rare /= 2
    }
    this.#weigh()
  }

  capture(): Captured {
    return { counts: Float64Array.of(this.#rare, this.#records) }
  }

  /** @throws AlertsStateError when these are no counts, and then nothing has changed */
  restore(captured: Captured): void {
    const [rare = 0, records = 0] = numbersOf(captured, 'counts', 2)
    if (!(rare >= 0 && rare <= records && records <= CAPACITY))
      throw new AlertsStateError('its counts of rare records are off')
    this.#rare = rare
    this.#records = records
    this.#weigh()
  }

  #weigh(): void {
    const least = this.#rare - Math.sqrt(this.#rare)
    const share = (least + PRIOR_RECORDS * RARE_P) / (PRIOR_RECORDS + this.#records)
    this.excess = share > RARE_P ? Math.log(share / RARE_P) : 0
  }
}

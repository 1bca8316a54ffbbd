import type { EvenClock } from '../../alerts/alert-desk.js'
import type { FleetTime } from '../fleet-time.js'

/**
 * Time in ms as samples come in, which goes on from where a model has it: the clocks of the machines that judged, and of
 * those that led before, are never compared.
 */
export class SampleClock implements EvenClock {
  nowMs = 0
  readonly #time: Pick<FleetTime, 'nowMs'>
  readonly #beganMs: number
  #aheadMs = 0

  constructor(time: Pick<FleetTime, 'nowMs'>) {
    this.#time = time
    this.#beganMs = time.nowMs
  }

  /** @param ageMs how long before now the next record was judged */
  seeRecord(ageMs: number): void {
    this.nowMs = Math.max(this.nowMs, this.#passedMs + this.#aheadMs - ageMs)
  }

  /** Lets time pass to now. */
  pass(): void {
    this.seeRecord(0)
  }

  continueAfter(ms: number): void {
    this.#aheadMs = ms - this.#passedMs
    this.nowMs = ms
  }

  get #passedMs(): number {
    return this.#time.nowMs - this.#beganMs
  }
}

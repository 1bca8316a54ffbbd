import type { EvenClock } from '../alerts/alert-desk.js'
import { SteadyClock } from '../runtime/steady-clock.js'

/**
 * Time in ms as samples come in, which goes on from where a model has it: the clocks of the machines that judged, and of
 * those that led before, are never compared.
 */
export class SampleClock implements EvenClock {
  nowMs = 0
  readonly #steady = new SteadyClock(0)
  #aheadMs = 0

  /** @param ageMs how long before now the next record was judged */
  seeRecord(ageMs: number): void {
    this.nowMs = Math.max(this.nowMs, this.#steady.nowMs + this.#aheadMs - ageMs)
  }

  /** Lets time pass to now. */
  pass(): void {
    this.seeRecord(0)
  }

  continueAfter(ms: number): void {
    this.#aheadMs = ms - this.#steady.nowMs
    this.nowMs = ms
  }
}

import type { BreakerState } from './outcome.js'

const FAILURES_TO_OPEN = 3
const FIRST_BREAK_MS = 5_000
const LONGEST_BREAK_MS = 120_000

/**
 * When the language model may be asked. Three failures in a row open the breaker; after a break of 5 s, doubling up to
 * 2 min, one trial may close it. Where it is in doubt whether there is a model at all, each question is a trial, with the
 * same breaks between those that fail, and nothing is told of them.
 *
 * Breaks are measured by the monotonic clock: a clock of the machine that is set back would prolong them. That is why
 * this is not the breaker of cockatiel.
 */
export class Breaker {
  readonly #onChange: (state: BreakerState) => void
  #state: BreakerState = 'closed'
  #heard = true
  #trying = false
  #failures = 0
  #breaks = 0
  #breakEndsAtMs = 0

  /** @param onChange told of each change, but where there may be no model */
  constructor(onChange: (state: BreakerState) => void) {
    this.#onChange = onChange
  }

  /** It is not known whether there is a model, until one answers. */
  doubt(): void {
    this.#heard = false
  }

  /** Whether a model has answered, or nobody doubts that one will. */
  get heard(): boolean {
    return this.#heard
  }

  /** Whether anything may be asked, without being a trial. */
  get closed(): boolean {
    return this.#heard && this.#state === 'closed'
  }

  /** Whether a trial was begun and is not over. */
  get trying(): boolean {
    return this.#trying
  }

  /** Whether a trial may begin. */
  get due(): boolean {
    return !this.closed && !this.#trying && performance.now() >= this.#breakEndsAtMs
  }

  /** Begins a trial; `succeeded` or `failed` ends it. */
  begin(): void {
    this.#trying = true
    if (this.#heard) this.#become('half-open')
  }

  /** The model has answered: also a question of before a break, whose answer took long. */
  succeeded(): void {
    this.#failures = 0
    this.#breaks = 0
    this.#trying = false
    this.#heard = true
    this.#become('closed')
  }

  /** A question, or the trial, has failed. What was asked before a break and fails during it says nothing new. */
  failed({ trial }: { readonly trial: boolean }): void {
    if (trial) {
      if (!this.#trying) return
      this.#trying = false
      this.#takeBreak()
    } else if (this.closed && ++this.#failures >= FAILURES_TO_OPEN) {
      this.#takeBreak()
    }
  }

  #takeBreak(): void {
    this.#failures = 0
    this.#breakEndsAtMs = performance.now() + Math.min(FIRST_BREAK_MS * 2 ** this.#breaks, LONGEST_BREAK_MS)
    this.#breaks += 1
    if (this.#heard) this.#become('open')
  }

  #become(state: BreakerState): void {
    if (this.#state === state) return
    this.#state = state
    this.#onChange(state)
  }
}

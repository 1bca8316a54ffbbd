import { type Timer, unrefTimer } from '../../runtime/timers.js'
import { type FitTurns, LEAST_CHARGE_MS, type RunFit } from './fit-turns.js'

/** By how much longer the rest after each fit is, up to the longest. */
const REST_GROWTH = 1.1
const LONGEST_REST = 10

/**
 * When to fit: requests coalesce into one while a fit runs, rests or waits for its turn. A young forest changes with
 * each fit, an old one hardly does, and every fit makes some answers wait: the rest between fits grows from that of the
 * turns to ten times as long, after 25 fits.
 */
export class RefitSchedule {
  readonly #turns: FitTurns
  readonly #run: RunFit
  /** What waits for a turn; the same each time, so that it is asked for once. */
  readonly #turn: RunFit = () => this.#fit()
  #wanted = false
  #running = false
  #closed = false
  /** How many times as long as the shortest rest the next one is. */
  #rest = 1
  #notBefore = 0
  #resting: Timer | null = null
  #whenSettled: (() => void)[] = []

  /** @param turns those of its own, or those that it shares with others */
  constructor(turns: FitTurns, run: RunFit) {
    this.#turns = turns
    this.#run = run
  }

  /** Asks for a fit on whatever the window then holds. */
  request(): void {
    if (this.#closed) return
    this.#wanted = true
    if (!this.#running) this.#askInTime()
  }

  /** What is learnt changes at once from now on: rests are short again. */
  hasten(): void {
    this.#rest = 1
    this.#notBefore = 0
    if (this.#resting !== null) this.#ask()
  }

  /** Resolves when no fit runs or is due. One that is due is not left to rest, for somebody waits. */
  settled(): Promise<void> {
    if (!this.#running && !this.#wanted) return Promise.resolve()
    const settled = new Promise<void>((resolve) => this.#whenSettled.push(resolve))
    if (this.#resting !== null) this.#ask()
    return settled
  }

  /** Takes back what was asked for; a fit that runs goes on. */
  cancel(): void {
    this.#wanted = false
    this.#leave()
    this.hasten()
    if (!this.#running) this.#release()
  }

  close(): void {
    this.#closed = true
    this.#wanted = false
    this.#leave()
    this.#release()
  }

  async #fit(): Promise<number> {
    this.#wanted = false
    this.#running = true
    try {
      const durationMs = await this.#run()
      this.#notBefore = performance.now() + this.#turns.restMs(LEAST_CHARGE_MS * this.#rest)
      this.#rest = Math.min(this.#rest * REST_GROWTH, LONGEST_REST)
      return durationMs
    } finally {
      this.#running = false
      if (this.#wanted) this.#askInTime()
      else this.#release()
    }
  }

  /** Nobody is kept from ending a process by a fit that rests. */
  #askInTime(): void {
    const waitMs = this.#notBefore - performance.now()
    if (waitMs <= 0 || this.#whenSettled.length > 0) this.#ask()
    else if (this.#resting === null) {
      this.#resting = setTimeout(() => this.#ask(), Math.ceil(waitMs))
      unrefTimer(this.#resting)
    }
  }

  #ask(): void {
    this.#wake()
    this.#turns.ask(this.#turn)
  }

  #leave(): void {
    this.#wake()
    this.#turns.leave(this.#turn)
  }

  #wake(): void {
    if (this.#resting !== null) clearTimeout(this.#resting)
    this.#resting = null
  }

  #release(): void {
    for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}

import type { Timer } from '../../runtime/timers.js'

/** After a failed fit the next one waits this long, doubled with every further failure up to the second. */
const FIRST_BACKOFF_MS = 250
const LAST_BACKOFF_MS = 60_000

/**
 * A short fit costs more than its own time: a thread is woken, caches go cold, the host prepares rows and takes
 * over. For the duty cycle it counts as this long, so that at a tenth of a core there are at most ten fits a second.
 */
export const LEAST_CHARGE_MS = 10

/** Runs one fit and says how long it took, in milliseconds; rejects when it failed. */
export type RunFit = () => Promise<number>

/**
 * Whose turn it is to fit, of all that fit by one trainer: one at a time, in the order in which they asked, and all
 * together take no more than a share `duty` of one core: the next fit starts no sooner than d/duty after the start of
 * one that took d, and the rest between them is no shorter than that after LEAST_CHARGE_MS.
 */
export class FitTurns {
  readonly #duty: number
  /** Who waits for a turn, in the order of asking. */
  readonly #waiting = new Set<RunFit>()
  #running = false
  #failures = 0
  #notBefore = 0
  #timer: Timer | null = null

  constructor(duty: number) {
    this.#duty = duty
  }

  /** Asks for a turn; whoever waits already keeps its place. */
  ask(run: RunFit): void {
    this.#waiting.add(run)
    this.#next()
  }

  /** How long all that fit rest after a fit that counts as so long, in milliseconds. */
  restMs(chargeMs: number): number {
    return chargeMs * (1 / this.#duty - 1)
  }

  /** Takes back what was asked for; a fit that runs goes on. */
  leave(run: RunFit): void {
    this.#waiting.delete(run)
    if (this.#waiting.size > 0) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#failures = 0
  }

  #next(): void {
    if (this.#running || this.#timer) return
    const [run] = this.#waiting
    if (run === undefined) return
    const waitMs = this.#notBefore - performance.now()
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null
        this.#next()
      }, waitMs)
      return
    }
    this.#waiting.delete(run)
    this.#running = true
    void this.#fit(run)
  }

  async #fit(run: RunFit): Promise<void> {
    const startedMs = performance.now()
    try {
      const durationMs = await run()
      this.#failures = 0
      const restMs = this.restMs(Math.max(durationMs, LEAST_CHARGE_MS))
      this.#notBefore = startedMs + durationMs + restMs
    } catch {
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LAST_BACKOFF_MS)
      this.#failures += 1
      this.#notBefore = performance.now() + backoffMs
    }
    this.#running = false
    this.#next()
  }
}

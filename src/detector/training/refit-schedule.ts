import type { Timer } from '../../runtime/timers.js'

/** After a failed fit the next one waits this long, doubled with every further failure up to the second. */
const FIRST_BACKOFF_MS = 250
const LAST_BACKOFF_MS = 60_000

/**
 * A short fit costs more than its own time: a thread is woken, caches go cold, the host prepares rows and takes
 * over. For the duty cycle it counts as this long, so that at a tenth of a core there are at most ten fits a second.
 */
const LEAST_CHARGE_MS = 10

/** Runs one fit and says how long it took, in milliseconds; rejects when it failed. */
export type RunFit = () => Promise<number>

/**
 * When to fit: at most one fit at a time, requests meanwhile coalesce into one, and fits take no more than a
 * share `duty` of one core: the next starts no sooner than d/duty after the start of one that took d, and the pause
 * between them is no shorter than that after LEAST_CHARGE_MS.
 */
export class RefitSchedule {
  readonly #run: RunFit
  readonly #duty: number
  #wanted = false
  #running = false
  #failures = 0
  #notBefore = 0
  #timer: Timer | null = null
  #closed = false
  #whenSettled: (() => void)[] = []

  constructor(duty: number, run: RunFit) {
    this.#duty = duty
    this.#run = run
  }

  /** Asks for a fit on whatever the window then holds. */
  request(): void {
    this.#wanted = true
    this.#next()
  }

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    if (!this.#running && !this.#wanted) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  /** Takes back what was asked for; a fit that runs goes on. */
  cancel(): void {
    this.#wanted = false
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#failures = 0
    if (!this.#running) this.#release()
  }

  close(): void {
    this.#closed = true
    this.#wanted = false
    if (this.#timer) clearTimeout(this.#timer)
    this.#release()
  }

  #next(): void {
    if (this.#closed || this.#running || this.#timer || !this.#wanted) return
    const waitMs = this.#notBefore - performance.now()
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null
        this.#next()
      }, waitMs)
      return
    }
    this.#wanted = false
    this.#running = true
    void this.#fit()
  }

  async #fit(): Promise<void> {
    const startedMs = performance.now()
    try {
      const durationMs = await this.#run()
      this.#failures = 0
      const pauseMs = Math.max(durationMs, LEAST_CHARGE_MS) * (1 / this.#duty - 1)
      this.#notBefore = startedMs + durationMs + pauseMs
    } catch {
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LAST_BACKOFF_MS)
      this.#failures += 1
      this.#notBefore = performance.now() + backoffMs
    }
    this.#running = false
    if (this.#wanted) this.#next()
    else this.#release()
  }

  #release(): void {
    for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}

import type { Clock } from '#sentinel/notify/clock.js'

interface Timer {
  readonly ms: number
  readonly atMs: number
  readonly callback: () => void
}

/** A clock that goes on when a test says so. */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<Timer>()
  #waiting: (() => void)[] = []

  constructor(startMs = Date.parse('2026-01-01T00:00:10.000Z')) {
    this.#nowMs = startMs
  }

  /** The lengths of the timers that run. */
  get timers(): number[] {
    return [...this.#timers].map(({ ms }) => ms)
  }

  nowMs(): number {
    return this.#nowMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { ms, atMs: this.#nowMs + ms, callback }
    this.#timers.add(timer)
    for (const look of this.#waiting.splice(0)) look()
    return () => void this.#timers.delete(timer)
  }

  /** Resolves once a timer of this length runs. */
  async until(ms: number): Promise<void> {
    while (!this.timers.includes(ms)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Waits until a timer of this length runs, and lets so much time pass. */
  async pass(ms: number): Promise<void> {
    await this.until(ms)
    this.#nowMs += ms
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue
      this.#timers.delete(timer)
      timer.callback()
    }
  }
}

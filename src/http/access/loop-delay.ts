import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 10
const SAMPLE_MS = 250

/**
 * How late the event loop is, as the mean over the last quarter of a second. It asks the system for nothing that it may
 * refuse: what only observes must not be able to fail.
 */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #timer: NodeJS.Timeout | null = null
  #ms = 0
  /** When the last sample was taken; null before the first. */
  #sampledMs: number | null = null

  /** Milliseconds; 0 before the second sample: the first would measure how long the service took to load. */
  get ms(): number {
    return this.#ms
  }

  start(): void {
    this.#histogram.enable()
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#histogram.disable()
  }

  #sample(): void {
    const { count, mean } = this.#histogram
    const nowMs = performance.now()
    const sampledMs = this.#sampledMs
    this.#sampledMs = nowMs
    this.#histogram.reset()
    if (sampledMs === null) return
    // Without a single tick of its timer the loop stood still all the time.
    this.#ms = count === 0 ? nowMs - sampledMs : Math.max(0, mean / 1e6 - RESOLUTION_MS)
  }
}

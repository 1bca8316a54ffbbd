import type { Detector } from '../../detector/detector.js'

const MINUTE_MS = 60_000

/**
 * A time for which a detector learns nothing. Nothing wakes up when it is over: whoever is about to learn, or to say
 * whether it lasts, calls `lapse` first.
 */
export class LearningPause {
  readonly #detector: Detector
  readonly #clock: () => number
  readonly #onLapse: () => void
  #untilMs: number | null = null

  /**
   * @param clock milliseconds since 1970, going on evenly
   * @param onLapse told when it ended by itself
   */
  constructor(detector: Detector, clock: () => number, onLapse: () => void) {
    this.#detector = detector
    this.#clock = clock
    this.#onLapse = onLapse
  }

  /** When learning goes on by itself, by that clock; null while it is not paused. */
  get untilMs(): number | null {
    return this.#untilMs
  }

  /**
   * Begins, or counts anew from now.
   * @throws LearningError beside a given forest
   */
  begin(minutes: number): void {
    this.#detector.pauseLearning()
    this.#untilMs = this.#clock() + minutes * MINUTE_MS
  }

  /**
   * Ends it before its time.
   * @returns whether there was one
   * @throws LearningError beside a given forest
   */
  end(): boolean {
    this.#detector.resumeLearning()
    const lasted = this.#untilMs !== null
    this.#untilMs = null
    return lasted
  }

  /** Ends it when its time is over. */
  lapse(): void {
    if (this.#untilMs === null || this.#clock() < this.#untilMs) return
    this.end()
    this.#onLapse()
  }

  /** Takes over the end of a pause that was captured, as `untilMs`. What is none, or is over by now, is no pause. */
  restore(untilMs: unknown): void {
    const lasts = typeof untilMs === 'number' && untilMs > this.#clock() && !this.#detector.given
    this.#untilMs = lasts ? untilMs : null
    if (lasts) this.#detector.pauseLearning()
  }
}

import type { StateValue } from '../state/section.js'
import { codeOf, countOf } from './count-code.js'
import { SCORE_BINS } from './score-bins.js'
import { COUNTED, type Tally } from './tally.js'

const N_COUNTS = COUNTED.length
/** A slot that holds no bucket. */
const NONE = -1

/** A captured ring. */
export type RingState = {
  readonly numbers: Float64Array
  readonly counts: Uint32Array
  readonly scores: Uint8Array
  readonly thresholds: Float32Array
}

/**
 * Tallies of the last `size` buckets of one width, in 64 bytes each. A bucket has the number of its width since 1970;
 * it lies in the slot of that number modulo the size, and is there as long as no later one has taken its place.
 */
export class BucketRing {
  readonly widthMs: number
  readonly size: number
  readonly #numbers: Float64Array
  readonly #counts: Uint32Array
  readonly #scores: Uint8Array
  readonly #thresholds: Float32Array

  constructor(widthMs: number, size: number) {
    this.widthMs = widthMs
    this.size = size
    this.#numbers = new Float64Array(size).fill(NONE)
    this.#counts = new Uint32Array(size * N_COUNTS)
    this.#scores = new Uint8Array(size * SCORE_BINS)
    this.#thresholds = new Float32Array(size)
  }

  /** The bucket that a time lies in. */
  numberAt(timeMs: number): number {
    return Math.floor(timeMs / this.widthMs)
  }

  /** Puts a tally in the place of what is known of a bucket. */
  write(number: number, { counts, scores, threshold }: Tally): void {
    const slot = number % this.size
    this.#numbers[slot] = number
    this.#thresholds[slot] = threshold
    this.#counts.set(counts, slot * N_COUNTS)
    for (let bin = 0; bin < SCORE_BINS; bin++)
      this.#scores[slot * SCORE_BINS + bin] = codeOf(scores[bin] as number)
  }

  /** Adds what is known of a bucket to a tally. */
  addTo(tally: Tally, number: number): void {
    const slot = number % this.size
    if (this.#numbers[slot] !== number) return
    const { counts, scores } = tally
    const threshold = this.#thresholds[slot] as number
    if (!Number.isNaN(threshold)) tally.threshold = threshold
    this.addCounts(counts, number)
    for (let bin = 0; bin < SCORE_BINS; bin++)
      scores[bin] = (scores[bin] as number) + countOf(this.#scores[slot * SCORE_BINS + bin] as number)
  }

  /** Adds the counts alone, which are most of what is asked for. */
  addCounts(counts: Float64Array, number: number): void {
    const slot = number % this.size
    if (this.#numbers[slot] !== number) return
    for (let i = 0; i < N_COUNTS; i++)
      counts[i] = (counts[i] as number) + (this.#counts[slot * N_COUNTS + i] as number)
  }

  capture(): RingState {
    return {
      numbers: this.#numbers.slice(),
      counts: this.#counts.slice(),
      scores: this.#scores.slice(),
      thresholds: this.#thresholds.slice(),
    }
  }

  /** Takes over a captured ring of the same shape; of any other nothing. */
  restore(state: StateValue): void {
    const { numbers, counts, scores, thresholds } = state as Partial<RingState>
    if (numbers?.length !== this.size || thresholds?.length !== this.size) return
    if (counts?.length !== this.#counts.length || scores?.length !== this.#scores.length) return
    this.#numbers.set(numbers)
    this.#counts.set(counts)
    this.#scores.set(scores)
    this.#thresholds.set(thresholds)
  }
}

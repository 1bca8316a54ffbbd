import { type Captured, numbersOf } from '../captured.js'
import { clippedNormalScore } from './betting.js'

/** Shifts smaller than this many standard deviations count for nothing, beyond the route's own slow swings. */
const SLACK = 0.1
/** Slow swings are allowed for so many times their standard deviation, up to so many of a record's. */
const SWINGS = 0.7
const MOST_SWING = 0.6
/** Records that are smoothed to see a swing, and over which its size is remembered. */
const SWING_RECORDS = 32
const SWING_MEMORY = 2000
/** Variance of the smoothed score of independent records. */
const CHANCE = 1 / (2 * SWING_RECORDS - 1)
/** Above this evidence a swing may be an attack, and is no longer taken for the route's own. */
const SUSPECT = 4
/** The shift that is bet on: what the run so far shows, with so many records of this size before it. */
const EXPECTED = 0.8
const EXPECTED_RECORDS = 4
const LEAST_SHIFT = 0.4
const MOST_SHIFT = 2.5
/** How far the values of a run are off is that of about so many last ones, each at most this far, ln. */
const RECENT = 48
const CLIP = 1

/** Where a value stands among the usual ones. */
interface Placed {
  readonly upperShare: number
  readonly reach: number
}

/**
 * Evidence that one feature of one route has shifted for longer than chance would have it: a cumulative sum of
 * δ·s - δ²/2, the log likelihood ratio of a shift by δ in the normal score s of the value's rank, where δ follows what
 * the run has shown before (adaptive CUSUM, Lorden & Pollak 2005). Ranks make it free of the distribution; a single
 * value counts at most 3.3 deviations, so it takes several.
 */
export class ShiftEvidence {
  /** Sum, 0 or more. */
  level = 0
  /** What the last record added. */
  step = 0
  #records = 0
  #scores = 0
  /** How far the last values of the run were from the usual one on average, in units of the natural logarithm. */
  distance = 0
  #swing = 0
  #swingVariance = CHANCE

  /**
   * One record has come.
   * @param value its distance from the usual value, and the share of the usual distances that are above
   * @param calm whether no incident is going on
   */
  add({ upperShare, reach }: Placed, calm: boolean): void {
    const score = clippedNormalScore(upperShare)
    const excess = this.#swingVariance - CHANCE
    const swing = excess > 0 ? Math.min(MOST_SWING, Math.sqrt(excess)) : 0
    if (calm && this.level < SUSPECT) {
      this.#swing += (score - this.#swing) / SWING_RECORDS
      this.#swingVariance += (this.#swing * this.#swing - this.#swingVariance) / SWING_MEMORY
    }
    const s = score - SLACK - SWINGS * swing
    if (this.level === 0) {
      // Nothing has been shown so far: most records add nothing, and what they would have added is all that is kept.
      this.step = EXPECTED * s - (EXPECTED * EXPECTED) / 2
      if (this.step <= 0) return
    }
    const shown = (EXPECTED_RECORDS * EXPECTED + this.#scores) / (EXPECTED_RECORDS + this.#records)
    const shift = Math.min(MOST_SHIFT, Math.max(LEAST_SHIFT, shown))
    this.step = shift * s - (shift * shift) / 2
    const level = this.level + this.step
    if (level <= 0) {
      this.reset()
      return
    }
    this.level = level
    this.#records += 1
    this.#scores += s
    const clipped = reach > CLIP ? CLIP : reach < -CLIP ? -CLIP : reach
    this.distance += (clipped - this.distance) / Math.min(this.#records, RECENT)
  }

  /** Begins anew. */
  reset(): void {
    this.level = 0
    this.#records = 0
    this.#scores = 0
    this.distance = 0
  }

  capture(): Captured {
    return {
      sums: Float64Array.of(
        this.level,
        this.step,
        this.#records,
        this.#scores,
        this.distance,
        this.#swing,
        this.#swingVariance,
      ),
    }
  }

  /** @throws AlertsStateError when that is no evidence */
  restore(captured: Captured): void {
    const sums = numbersOf(captured, 'sums', 7)
    this.level = sums[0] as number
    this.step = sums[1] as number
    this.#records = sums[2] as number
    this.#scores = sums[3] as number
    this.distance = sums[4] as number
    this.#swing = sums[5] as number
    this.#swingVariance = sums[6] as number
  }
}

import { SCORE_BINS } from './score-bins.js'

/** What is counted of records. */
export const COUNTED = ['records', 'odd', 'observe', 'throttle', 'freeze'] as const
/** Where each stands among the counts. */
export const RECORDS = 0
export const ODD = 1
export const FIRST_ACTION = 2

/** Counts of the records of some time. */
export class Tally {
  /** f64[5], in the order of `COUNTED`. */
  readonly counts = new Float64Array(COUNTED.length)
  /** f64[SCORE_BINS]: scores of the forest by their bin. */
  readonly scores = new Float64Array(SCORE_BINS)
  /** The last threshold; NaN where no forest judged. */
  threshold = Number.NaN

  clear(): void {
    this.counts.fill(0)
    this.scores.fill(0)
    this.threshold = Number.NaN
  }
}

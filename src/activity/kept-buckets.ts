import type { StateValue } from '../state/section.js'
import { hasShape, is } from '../state/shape.js'
import { SCORE_BINS } from './score-bins.js'
import { COUNTED } from './tally.js'

/** Numbers that are kept of a bucket. */
export const N_COUNTS = COUNTED.length
/** Median and 99th percentile of the scores. */
export const N_SCORES = 2
/** The number of the newest bucket of a route that has none yet. */
export const NO_BUCKET = -1

/** The captured buckets of one route: those with records alone. */
export type RouteBucketsState = {
  /** Number of its newest bucket since 1970; -1 where it has none. */
  readonly newest: number
  /** How many buckets before the newest each is. */
  readonly ages: Uint8Array
  readonly counts: Uint32Array
  readonly scores: Uint8Array
  /** Number of the bucket that was being filled, and its scores by their bin. */
  readonly filling: number
  readonly bins: Uint32Array
}

/** Whether something that a state holds are the buckets of a route. */
export function isRouteBuckets(value: StateValue | undefined): value is RouteBucketsState {
  const shaped = hasShape<RouteBucketsState>(value, {
    newest: isNumber,
    ages: (ages) => ages instanceof Uint8Array,
    counts: (counts) => counts instanceof Uint32Array,
    scores: (scores) => scores instanceof Uint8Array,
    filling: isNumber,
    bins: (bins) => bins instanceof Uint32Array && bins.length === SCORE_BINS,
  })
  if (!shaped) return false
  const { ages, counts, scores } = value
  return counts.length === ages.length * N_COUNTS && scores.length === ages.length * N_SCORES
}

/** Of a bucket, or of none. */
function isNumber(value: unknown): boolean {
  return value === NO_BUCKET || (is.count(value) && Number.isSafeInteger(value))
}

/** A value is novel when it is this many times less likely than a record is to be odd. */
const TIMES_RARER = 5
/** Under `auto` the share of odd records may be 0; this much is always allowed for. */
const LEAST_SHARE = 0.01
/** The way from the threshold to 1 that is left shrinks with this power of the probability. */
const PACE = 1 / 8

/** Below this probability a value that a constant feature never had makes a record odd. @param share of odd records */
export function noveltyLimit(share: number): number {
  return Math.max(share, LEAST_SHARE) / TIMES_RARER
}

/**
 * Score of a record with a value that its feature, constant until then, has with probability p. A forest cannot give
 * one: no tree splits a feature that never varied, so there is nothing in it that the value could be on the other side
 * of. What is known is for how long the feature was constant, and from that, by Laplace's rule, p. The score is just
 * above the threshold where p is the limit, and approaches 1 as p falls.
 */
export function noveltyScore(p: number, limit: number, threshold: number): number {
  return 1 - (1 - threshold) * (p / limit) ** PACE
}

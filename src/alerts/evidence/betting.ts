/**
 * e(p) for z = -ln p: what a bet against "p is uniform" pays, e = (1 - p + p ln p) / (p ln² p), the average of the bets
 * κ p^(κ-1) over κ from 0 to 1 (Vovk & Wang 2021, "E-values: calibration, combination and applications"). Its
 * expectation is 1 when p is uniform; it is 0.5 at p = 1 and grows nearly as 1/p.
 */
export function eValue(z: number): number {
  // The formula is 0/0 at z = 0, where the series is 1/2 + z/6.
  if (z < 0.02) return 0.5 + z / 6
  const p = Math.exp(-z)
  return (1 - p - p * z) / (p * z * z)
}

/**
 * ln of what the same bet pays for a record of which nothing is known but that its p is above a rate, where those with a
 * smaller p are bet on one by one: its expectation over all of them is 1, too.
 */
export function logEValueAbove(rate: number): number {
  const paidBelow = (1 - rate) / -Math.log(rate)
  return Math.log((1 - paidBelow) / (1 - rate))
}

/** Below this p the table of payoffs would be too coarse. */
export const LEAST_TABLED = 0.05
const P_STEPS = 4096
const PAYOFFS = new Float64Array(P_STEPS + 1).map((_, i) => eValue(-Math.log(Math.max(i, 1) / P_STEPS)))
const LOG_PAYOFFS = PAYOFFS.map(Math.log)

/** e(p) from a table, for p of at least LEAST_TABLED. */
export function tabledEValue(p: number): number {
  return PAYOFFS[(p * P_STEPS + 0.5) | 0] as number
}

/** ln e(p), from the table where p is large enough. */
export function logEValue(p: number, z: number): number {
  return p > LEAST_TABLED ? (LOG_PAYOFFS[(p * P_STEPS + 0.5) | 0] as number) : Math.log(eValue(z))
}

/** The value that a standard normal exceeds with this probability (Acklam's approximation, error below 1.2e-9). */
export function normalScore(upperShare: number): number {
  const u = Math.min(Math.max(upperShare, 1e-12), 1 - 1e-12)
  if (u > 0.5) return -normalScore(1 - u)
  if (u < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(u))
    return -polynomial(FAR_ABOVE, q) / polynomial(FAR_BELOW, q)
  }
  const q = 0.5 - u
  const r = q * q
  return (polynomial(NEAR_ABOVE, r) * q) / polynomial(NEAR_BELOW, r)
}

const FAR_ABOVE = [
  -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const FAR_BELOW = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
const NEAR_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
]
const NEAR_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
]

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

const STEPS = 1024
const SCORES = new Float64Array(STEPS).map((_, i) => normalScore((i + 0.5) / STEPS))

/** The same from a table: at most 3.3, which keeps a single value from deciding by itself. */
export function clippedNormalScore(upperShare: number): number {
  const step = (upperShare * STEPS) | 0
  return SCORES[step < STEPS ? step : STEPS - 1] as number
}

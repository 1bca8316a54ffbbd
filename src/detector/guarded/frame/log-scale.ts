import { type Column, countBelow, countUpTo } from '../../baseline/columns.js'

/**
 * The scale on which values are compared: sign(v) · ln(1 + |v| / unit). Traffic is skewed and its changes are ratios,
 * so centres, spreads and distances are taken on logarithms; the 1 keeps 0 and what is far below the unit finite. The
 * unit comes from the values themselves, so that nothing depends on what they are counted in.
 * @param perUnit 1 / unit, as `perUnitOf` gives it; 0 where none is known: any value but 0 then counts as one unit. Below 0
 *   the scale is linear, with that factor: see `linearPerUnit`
 */
export function toLog(value: number, perUnit: number): number {
  if (value === 0) return 0
  if (perUnit < 0) return Math.max(-LARGEST_LINEAR, Math.min(-perUnit * value, LARGEST_LINEAR))
  if (perUnit === 0) return value < 0 ? -Math.LN2 : Math.LN2
  return value < 0 ? -logOf(-value, perUnit) : logOf(value, perUnit)
}

/** Differences beyond this are none that anybody tells apart; products of two are still numbers. */
const LARGEST_LINEAR = 1e150

/** ln(1 + size / unit), also where a number is too small to hold the quotient. */
function logOf(size: number, perUnit: number): number {
  const ratio = size * perUnit
  return ratio < Infinity ? Math.log(1 + ratio) : Math.log(size) + Math.log(perUnit)
}

/** Of values that are never near 0 the unit is this share of their median size. */
const MEDIAN_SHARE = 0.03
/** Which of the sizes is a small one: the lowest decile. */
const SMALL = 0.1

/**
 * What counts as one unit among some values, as 1 / unit. Where 0 is usual it is the smallest usual step from there: of
 * small counts 1, however large some of them are. Where 0 does not come up it is 3% of the median size, so that nearly all
 * that happens are ratios. In between the share of zeros decides, and so do signs that are mixed, for such values pass
 * through 0.
 * @param ascending at least one value
 * @returns 0 where every value is 0
 */
export function perUnitOf(ascending: Column): number {
  const n = ascending.length
  const below = countBelow(ascending, 0)
  const upTo = countUpTo(ascending, 0)
  const above = n - upTo
  if (below + above === 0) return 0
  const size = (quantile: number): number =>
    above >= below
      ? (ascending[upTo + Math.floor(quantile * above)] as number)
      : -(ascending[below - 1 - Math.floor(quantile * below)] as number)
  const nearZero = Math.min(1, (upTo - below + 2 * Math.min(above, below)) / n)
  return Math.min(1 / Math.max(nearZero * size(SMALL), MEDIAN_SHARE * size(0.5)), Number.MAX_VALUE)
}

/**
 * Smallest spread and half-range that count, as a logarithm: 5%. A feature that was constant so far gets it, so
 * that the first trifle it moves by is not infinitely far.
 */
export const LEAST_SPREAD = 0.05

/** Differences from the centre below 1% are none: jitter of an otherwise constant feature splits no tree. */
export const TRIFLE = 0.01

/** What the spread of a linear feature is on its scale: that of an ordinary one whose logarithms are compared. */
const LINEAR_SPREAD = 0.3
/** The spread of a linear feature that never varied, as a share of its value. */
const CONSTANT_SHARE = 0.01

/**
 * The factor, below 0, of values whose differences count and not their ratios: temperatures, levels, phases. Their usual
 * spread comes to what that of ratios is. It is taken from the middle half of the values, or else from the middle nine
 * tenths.
 * @param ascending at least one value
 * @returns 0 where every value is 0
 */
export function linearPerUnit(ascending: Column): number {
  const last = ascending.length - 1
  const at = (share: number): number => ascending[Math.round(share * last)] as number
  // Of Gaussian values these quantiles are 1.349 and 3.29 standard deviations apart.
  const spread =
    (at(0.75) - at(0.25)) / 1.349 || (at(0.95) - at(0.05)) / 3.29 || CONSTANT_SHARE * Math.abs(at(0.5))
  return spread === 0 ? 0 : Math.max(-LINEAR_SPREAD / spread, -Number.MAX_VALUE)
}

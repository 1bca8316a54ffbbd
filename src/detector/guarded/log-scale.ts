/**
 * The scale on which values are compared: sign(v) · ln(1 + |v|). Traffic is skewed and its changes are ratios, so
 * centres, spreads and distances are taken on logarithms; the 1 keeps 0 and what is below one unit finite.
 */
export function toLog(value: number): number {
  return value < 0 ? -Math.log1p(-value) : Math.log1p(value)
}

/**
 * Smallest spread and half-range that count, as a logarithm: 5%. A feature that was constant so far gets it, so
 * that the first trifle it moves by is not infinitely far.
 */
export const LEAST_SPREAD = 0.05

/** Differences from the centre below 1% are none: jitter of an otherwise constant feature splits no tree. */
export const TRIFLE = 0.01

/**
 * Counts in one byte: exact below 16, above that four significant bits, so that a count is off by a sixteenth at most.
 * What reads them takes shares of many, where that does not show.
 */

/** Counts below this are their own code. */
const EXACT = 16
const LEAST_EXPONENT = 4
const FRACTION_BITS = 3
const STEPS = 2 ** FRACTION_BITS

/** The byte that stands for a count of 0 to 2^32 - 1. */
export function codeOf(count: number): number {
  if (count < EXACT) return count
  const exponent = 31 - Math.clz32(count)
  const fraction = (count >>> (exponent - FRACTION_BITS)) & (STEPS - 1)
  return EXACT + (exponent - LEAST_EXPONENT) * STEPS + fraction
}

/** The count in the middle of those that a byte stands for. */
export function countOf(code: number): number {
  return COUNTS[code] as number
}

const COUNTS = Float64Array.from({ length: 256 }, (_, code) => {
  if (code < EXACT) return code
  const exponent = LEAST_EXPONENT + Math.floor((code - EXACT) / STEPS)
  const width = 2 ** (exponent - FRACTION_BITS)
  return (STEPS + ((code - EXACT) % STEPS)) * width + (width - 1) / 2
})

/** Steps from one power of two to the next. */
const STEP_BITS = 9
const STEPS = 2 ** STEP_BITS
/** Bits of the fraction in the upper half of a number. */
const UPPER_BITS = 20
const EXPONENTS = 2048
const BIAS = 1023
/** By exponent as it is stored: what takes a number to [1, 2), and ln of the power of two. */
const SCALES = Float64Array.from({ length: EXPONENTS }, (_, exponent) => 2 ** (BIAS - exponent))
const LOG_POWERS = Float64Array.from({ length: EXPONENTS }, (_, exponent) => (exponent - BIAS) * Math.LN2)
/** By step: 1 / the number in its middle, and ln of that number. */
const INVERSES = Float64Array.from({ length: STEPS }, (_, step) => 1 / middleOf(step))
const LOGS = Float64Array.from({ length: STEPS }, (_, step) => Math.log(middleOf(step)))

const number = new Float64Array(1)
const halves = new Int32Array(number.buffer)
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/**
 * Math.log to within 1e-12, in two thirds of the time: V8 calls a function of C for that one, which it cannot inline. From a
 * table by the leading bits, and three terms of the series for what is left.
 */
export function fastLog(x: number): number {
  number[0] = x
  const upper = halves[UPPER] as number
  const exponent = upper >> UPPER_BITS
  // 0 and what is nearly 0, negative, infinite or no number.
  if (exponent <= 0 || exponent >= EXPONENTS - 1) return Math.log(x)
  const step = (upper >> (UPPER_BITS - STEP_BITS)) & (STEPS - 1)
  const rest = x * (SCALES[exponent] as number) * (INVERSES[step] as number) - 1
  return (
    (LOG_POWERS[exponent] as number) + (LOGS[step] as number) + rest * (1 - rest * (0.5 - rest * (1 / 3)))
  )
}

function middleOf(step: number): number {
  return 1 + (step + 0.5) / STEPS
}

const LARGEST_WRITTEN_OUT = 1e15
const SMALLEST_WRITTEN_OUT = 1e-6
const RATIO_WRITTEN_OUT = 1e6

/** Ways to write a number, from the shortest to one that tells any two numbers apart. */
const WRITINGS = [numberText, precise(6), precise(9), precise(17)]

/**
 * A finite number for a reader: whole numbers exactly, others rounded to three significant digits, or to a
 * whole number from 1,000 on; commas between thousands; a power of ten from 1e15 on and below 1e-6.
 */
export function numberText(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= LARGEST_WRITTEN_OUT || size < SMALLEST_WRITTEN_OUT) return value.toExponential(2)
  if (Number.isInteger(value) || size >= 1000) return grouped(Math.round(value))
  return preciseText(value, 3)
}

/** The number with its unit: `5,230 ms`, `1 byte`; a `count` or an empty unit leaves the number alone. */
export function quantityText(value: number, unit: string): string {
  return withUnit(numberText(value), unit)
}

/**
 * Two quantities that are compared with each other. When rounding would print them alike, both get as many
 * digits as it takes, so that "above" never stands between two equal figures.
 */
export function comparedTexts(value: number, reference: number, unit: string): [string, string] {
  const text = WRITINGS.find((one) => one(value) !== one(reference)) ?? numberText
  return [withUnit(text(value), unit), withUnit(text(reference), unit)]
}

/** How many times a positive median a larger value is: `41x`, `1.5x`; null when it rounds to once. */
export function timesText(value: number, median: number): string | null {
  const ratio = value / median
  if (!(ratio >= 1.05)) return null
  if (ratio >= RATIO_WRITTEN_OUT) return 'over a million times'
  return `${ratio >= 10 ? grouped(Math.round(ratio)) : (Math.round(ratio * 10) / 10).toString()}x`
}

/** Which share of a positive median a smaller, not negative value is: `12%`; null when it rounds to all. */
export function shareText(value: number, median: number): string | null {
  const percent = (value / median) * 100
  if (percent < 1) return 'under 1%'
  return Math.round(percent) < 100 ? `${Math.round(percent)}%` : null
}

/** A percentage rounded down to a tenth, so that "at or above" stays true of the rounded figure. */
export function percentText(percent: number): string {
  return `${Math.floor(percent * 10 + 1e-9) / 10}%`
}

function precise(digits: number): (value: number) => string {
  return (value) => preciseText(value, digits)
}

function preciseText(value: number, digits: number): string {
  const size = Math.abs(value)
  const written = size === 0 || (size < LARGEST_WRITTEN_OUT && size >= SMALLEST_WRITTEN_OUT)
  return written ? grouped(Number(value.toPrecision(digits))) : value.toExponential()
}

/** With commas between thousands. Not by `Intl`, whose first use costs a start 10 ms. */
function grouped(value: number): string {
  if (Math.abs(value) < 1000) return value.toString()
  const [whole = '', fraction] = value.toString().split('.')
  const text = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? text : `${text}.${fraction}`
}

function withUnit(number: string, unit: string): string {
  if (unit === '' || unit === 'count') return number
  const singular = number === '1' && unit.length > 2 && unit.endsWith('s')
  return `${number} ${singular ? unit.slice(0, -1) : unit}`
}

import type { Cell } from './table.js'

/** As ISO 8601 has it, with a blank for the T if one likes. */
const ISO =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?$/i
/** As access logs have it: `25/Nov/2026:10:05:03 +0000`. */
const LOG = /^\[?(\d{2})\/([a-z]{3})\/(\d{4}):(\d{2}:\d{2}:\d{2})(?: ([+-]\d{4}))?\]?$/i
/** Names of columns that hold times, among other words or alone. */
const TIME_NAME = /(?:^|[^a-z])(?:time|timestamp|date|datetime|ts)(?:$|[^a-z])|timestamp$|(?:Time|Date|At)$/
/** Unix times of this century, in seconds and in milliseconds. */
const SECONDS = { least: 9e8, most: 4.2e9 }
const MS = 1000

/**
 * A date as seconds since 1970; NaN for what is none. One that says no zone is taken for UTC; days and months in figures
 * alone, which people write in either order, are none.
 */
export function secondsOf(cell: Cell): number {
  if (typeof cell !== 'string') return Number.NaN
  const text = cell.trim()
  if (ISO.test(text)) return Date.parse(withZone(text)) / MS
  const parts = LOG.exec(text)
  if (parts === null) return Number.NaN
  const [, day, month, year, time, zone = '+0000'] = parts
  return Date.parse(`${day} ${month} ${year} ${time} ${zone}`) / MS
}

/** Whether a column of this name may hold times. */
export function isTimeName(name: string): boolean {
  return TIME_NAME.test(name)
}

/** Whether all numbers of a column may be Unix times. */
export function timesIn(values: Float64Array): boolean {
  return values.every(
    (value) =>
      Number.isNaN(value) ||
      (value >= SECONDS.least && value <= SECONDS.most) ||
      (value >= MS * SECONDS.least && value <= MS * SECONDS.most),
  )
}

function withZone(text: string): string {
  const plain = text
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/\s?UTC$/i, 'Z')
    .replace(' ', '')
  const zoned = plain.length === 10 || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(plain)
  return zoned ? plain.replace(/([+-]\d{2})(\d{2})$/, '$1:$2') : `${plain}Z`
}

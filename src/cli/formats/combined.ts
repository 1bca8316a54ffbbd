import { recordOf } from '../../telemetry/exchange.js'
import { ownCopy } from '../../text/own-copy.js'
import type { Format } from './format.js'
import { pathOf } from './request-map.js'

/**
 * Address, two names, time, request line, status, size, and what stands behind those. Clients choose the second name: one of
 * brackets must not be tried as a time from each of them to the end.
 */
const LINE = /^(\S+) \S+ .*?\[(\d{1,2}\/\w{3}\/\d{4}:[^\]]{1,40})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(.*)$/
/** The last number behind the quoted fields: `0.123`, `rt=0.123`, `"0.123"` is none. */
const LATENCY = /(?:^|[\s=])(\d+(\.\d+)?)\s*$/
const TIME = /^(\d{1,2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2})\s*([+-]\d{2})(\d{2})$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NO_STATUSES: ReadonlySet<number> = new Set()

/**
 * The combined log format of nginx and Apache. A number at the end of the line is how long the request took: with a
 * decimal point in seconds, as nginx' `$request_time`; without one in microseconds, as Apache's `%D`. The size of the
 * request is not in it: it is 0 for all alike.
 */
export const combined: Format = {
  open: () => (line) => {
    const found = LINE.exec(line)
    if (found === null) throw new Error('it is no line of the combined log format')
    const [, , time, request, status, , rest] = found as unknown as string[]
    const [, number, decimals] = LATENCY.exec(withoutQuoted(rest ?? '')) ?? []
    const latencyMs = Number(number ?? 0) * (decimals === undefined ? 1e-3 : 1e3)
    const exchange = { latencyMs, inputLength: 0, status: Number(status), failed: false }
    const record = recordOf(exchange, ownCopy(pathOf(request ?? '')), NO_STATUSES)
    record.timestamp = isoTime(time ?? '')
    return { record, label: null }
  },
  recognises: (line) => LINE.test(line),
}

/** What stands outside of quotes; a quote that nothing ends is none. */
function withoutQuoted(text: string): string {
  let outside = ''
  let from = 0
  for (;;) {
    const begin = text.indexOf('"', from)
    const end = begin < 0 ? -1 : endOfQuoted(text, begin)
    if (end < 0) return outside + text.slice(from)
    outside += text.slice(from, begin)
    from = end + 1
  }
}

/** Where the quote is that ends what one begins; -1 where none does. */
function endOfQuoted(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '"') return at
    if (text[at] === '\\') at++
  }
  return -1
}

/** `10/Oct/2000:13:55:36 -0700` as ISO 8601. */
function isoTime(text: string): string {
  const [, day, month, year, clock, hours, minutes] = TIME.exec(text) ?? []
  const number = MONTHS.indexOf(month ?? '') + 1
  if (day === undefined || number === 0) throw new Error('its time cannot be read')
  return `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}T${clock}${hours}:${minutes}`
}

import { quoted } from '../../text/quoted.js'
import { idBound, isTimeId } from '../../text/time-id.js'
import { ApiError } from '../errors/error-codes.js'

/** How many items a list has where the query does not say. */
const DEFAULT_LIMIT = 50
const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+ -]\d{2}:\d{2})$/

/** What is listed, as messages call one of it: `an anomaly`. */
export type Listed = 'an anomaly' | 'an incident'

/** What an id must be, as the end of a sentence. */
export function idRule(listed: Listed): string {
  return `${listed} id such as 19b76daa800-0000 (11 hex digits, a hyphen, 4 hex digits)`
}

/** @throws ApiError when the id of a path is malformed */
export function checkId(id: string, listed: Listed): void {
  if (!isTimeId(id)) throw new ApiError('SENTINEL_INVALID_REQUEST', `the id must be ${idRule(listed)}`)
}

/** @throws ApiError unless it is a whole number from 1 to what the log holds */
export function readLimit(text: string | undefined, capacity: number): number {
  if (text === undefined) return Math.min(DEFAULT_LIMIT, capacity)
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= capacity) return limit
  throw invalid(`limit must be a whole number from 1 to ${capacity}`)
}

/**
 * An id, or a time as the text that sorts before the ids from then on; empty without either.
 * @throws ApiError for anything else
 */
export function readSince(text: string | undefined, listed: Listed): string {
  return text === undefined ? '' : readBound(text, 'since', listed)
}

/** As `readSince`: an id, or the text that sorts before the ids from a time on; undefined without either. */
export function readUntil(text: string | undefined, listed: Listed): string | undefined {
  return text === undefined ? undefined : readBound(text, 'until', listed)
}

/**
 * A time in milliseconds since 1970: ISO 8601, or Unix time in seconds.
 * @throws ApiError for anything else
 */
export function readTime(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const timeMs = /^\d{1,11}(?:\.\d{1,9})?$/.test(text) ? 1000 * Number(text) : parseTime(text)
  if (!Number.isNaN(timeMs)) return timeMs
  throw invalid(`${name} must be a time such as 2026-01-01T00:00:00Z, or Unix time in seconds`)
}

function parseTime(text: string): number {
  // A plus sign that is not percent-encoded reaches us as a space.
  return DATE.test(text) || DATE_TIME.test(text) ? Date.parse(text.replace(' ', '+')) : Number.NaN
}

function readBound(text: string, name: string, listed: Listed): string {
  if (isTimeId(text)) return text
  const timeMs = parseTime(text)
  if (!Number.isNaN(timeMs)) return idBound(timeMs)
  throw invalid(`${name} must be ${idRule(listed)}, or a time such as 2026-01-01T00:00:00Z or 2026-01-01`)
}

/** @throws ApiError unless it is a number from 0 to 1 */
export function readShare(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const share = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN
  if (share >= 0 && share <= 1) return share
  throw invalid(`${name} must be a number from 0 to 1`)
}

/** @throws ApiError unless it is one of the names */
export function readName(
  text: string | undefined,
  name: string,
  names: readonly string[],
): string | undefined {
  if (text === undefined || names.includes(text)) return text
  throw invalid(`${name} must be one of ${names.join(', ')}`)
}

/** @throws ApiError unless it is an id */
export function readBefore(text: string | undefined, listed: Listed): string | undefined {
  if (text === undefined || isTimeId(text)) return text
  throw invalid(`before must be ${idRule(listed)}`)
}

/** @throws ApiError unless it is `true` or `false` */
export function readFlag(text: string | undefined, name: string): boolean | undefined {
  if (text === undefined) return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  throw invalid(`${name} must be true or false`)
}

/** @throws ApiError naming a parameter that is not among those that are known */
export function refuseUnknown(query: object, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw invalid(
    `there is no parameter ${quoted(unknown)}; ${known.length === 0 ? 'there are none' : `those that there are: ${known.join(', ')}`}`,
  )
}

function invalid(message: string): ApiError {
  return new ApiError('SENTINEL_INVALID_QUERY', message)
}

import { ApiError } from '../errors/error-codes.js'

/** Most records that one batch may hold. */
export const BATCH_RECORDS_MAX = 100_000

/** One item of a batch, by its place in it: from 1, as editors count lines. */
export interface BatchLine {
  readonly line: number
  /** What was read; undefined where it is no JSON. */
  readonly value: unknown
  /** Why it is no JSON. */
  readonly fault: string | null
}

/** Parses one text that is JSON, as bodies of single records are. @throws Error when it is none */
export type ParseJson = (text: string) => unknown

/**
 * The items of a batch, one after the other, so that whoever takes them can pause: of newline-delimited JSON each line
 * that is not blank, of a JSON array each element, or those of `{"records": […]}`.
 * @throws ApiError where the body is neither, or holds too many
 */
export function batchLines(body: string, isJson: boolean, parse: ParseJson): Iterable<BatchLine> {
  return isJson ? elements(body, parse) : lines(body, parse)
}

function elements(body: string, parse: ParseJson): Iterable<BatchLine> {
  const whole = parse(body)
  const records = Array.isArray(whole) ? whole : (whole as { records?: unknown } | null)?.records
  if (!Array.isArray(records)) {
    throw new ApiError(
      'SENTINEL_INVALID_BODY',
      'the body must be an array of records or {"records": […]}; as application/x-ndjson, one record a line',
    )
  }
  if (records.length > BATCH_RECORDS_MAX) throw tooMany()
  return records.map((value: unknown, at) => ({ line: at + 1, value, fault: null }))
}

function* lines(body: string, parse: ParseJson): Generator<BatchLine> {
  let line = 0
  for (let from = 0; from < body.length; ) {
    const newline = body.indexOf('\n', from)
    const to = newline < 0 ? body.length : newline
    const text = body.slice(from, to).trim()
    line += 1
    from = to + 1
    if (text !== '') yield parsed(line, text, parse)
  }
}

function parsed(line: number, text: string, parse: ParseJson): BatchLine {
  try {
    return { line, value: parse(text), fault: null }
  } catch {
    return { line, value: undefined, fault: 'the line is not valid JSON' }
  }
}

/** Refuses a text with more lines than a batch may have, before any of them is judged. @throws ApiError */
export function checkLineCount(body: string): void {
  let count = 1
  for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1)) {
    count += 1
    if (count > BATCH_RECORDS_MAX + 1) throw tooMany()
  }
}

function tooMany(): ApiError {
  return new ApiError('SENTINEL_BODY_TOO_LARGE', `a batch holds ${BATCH_RECORDS_MAX} records at most`)
}

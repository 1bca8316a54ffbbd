import { ApiError } from '../errors/error-codes.js'
import { SLICE_BYTES } from './index-lines.js'
import { ItemIndex } from './item-index.js'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  closingQuote,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipBlank,
  ValueScan,
} from './value-scan.js'

const RECORDS = Buffer.from('"records"')

/**
 * The items of a JSON body: the elements of a list, those of `{"records": […]}`, or objects one after the other, with or
 * without blanks between. They are numbered from 1. What cannot be an item because of its surroundings is one with a
 * fault, so that nothing is lost without a word. Yields as `indexLines` does.
 * @throws ApiError where the body is none of these, or holds too many
 */
export function* indexJson(bytes: Buffer): Generator<void, ItemIndex> {
  const index = new ItemIndex()
  const scan = new ValueScan(bytes, 0)
  const start = skipBlank(bytes, 0, bytes.length)
  if (start === bytes.length) return index
  if (bytes[start] === OPEN_BRACKET) {
    const after = yield* indexElements(bytes, start + 1, scan, index)
    refuseRest(bytes, after, index)
    return index
  }
  if (bytes[start] !== OPEN_BRACE) {
    throw new ApiError(
      'SENTINEL_INVALID_BODY',
      'the body must be an array of records or {"records": […]}; as application/x-ndjson, one record a line',
    )
  }
  const records = yield* recordsOf(bytes, start, scan)
  if (records < 0) {
    yield* indexObjects(bytes, start, scan, index)
    return index
  }
  const after = yield* indexElements(bytes, records + 1, scan, index)
  scan.startWithin(after)
  yield* finish(bytes, scan)
  if (scan.isOpen && after <= bytes.length)
    pushRest(bytes, after, 'the body ends before its object does', index)
  else refuseRest(bytes, scan.at, index)
  return index
}

/** Elements up to the bracket that closes the list; returns the byte behind it, or one above the length without one. */
function* indexElements(
  bytes: Buffer,
  from: number,
  scan: ValueScan,
  index: ItemIndex,
): Generator<void, number> {
  const end = bytes.length
  let pauseAt = from + SLICE_BYTES
  for (let at = skipBlank(bytes, from, end); at < end; ) {
    if (at >= pauseAt) {
      pauseAt = at + SLICE_BYTES
      yield
    }
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    scan.start(at)
    yield* finish(bytes, scan)
    // Whatever else stands there up to the next comma belongs to the item: parsing will say that it is none.
    let behind = skipBlank(bytes, scan.at, end)
    while (behind < end && bytes[behind] !== COMMA && bytes[behind] !== CLOSE_BRACKET) behind++
    index.push(at, behind, index.size + 1, behind >= end ? 'the body ends before its list does' : undefined)
    if (bytes[behind] === CLOSE_BRACKET) return behind + 1
    at = skipBlank(bytes, behind + 1, end)
    if (bytes[at] === CLOSE_BRACKET) pushRest(bytes, at, 'there is a comma behind the last record', index)
  }
  if (index.size === 0 || bytes[lastInk(bytes)] === COMMA)
    pushRest(bytes, lastInk(bytes), 'the body ends before its list does', index)
  return end + 1
}

function* indexObjects(bytes: Buffer, from: number, scan: ValueScan, index: ItemIndex): Generator<void> {
  const end = bytes.length
  let pauseAt = from + SLICE_BYTES
  for (let at = from; at < end; at = skipBlank(bytes, scan.at, end)) {
    if (at >= pauseAt) {
      pauseAt = at + SLICE_BYTES
      yield
    }
    scan.start(at)
    yield* finish(bytes, scan)
    if (scan.at === at) scan.at = at + 1
    index.push(at, Math.min(scan.at, end), index.size + 1)
  }
}

/** Where the list of `records` begins in the object that begins at `from`; -1 where it has none. */
function* recordsOf(bytes: Buffer, from: number, scan: ValueScan): Generator<void, number> {
  const end = bytes.length
  for (let at = skipBlank(bytes, from + 1, end); bytes[at] === QUOTE; ) {
    const isRecords = bytes.compare(RECORDS, 0, RECORDS.length, at, Math.min(at + RECORDS.length, end)) === 0
    const colon = bytes.indexOf(COLON, isRecords ? at + RECORDS.length : closingQuote(bytes, at, end))
    if (colon < 0) return -1
    const value = skipBlank(bytes, colon + 1, end)
    if (isRecords && bytes[value] === OPEN_BRACKET) return value
    scan.start(value)
    yield* finish(bytes, scan)
    const behind = skipBlank(bytes, scan.at, end)
    if (bytes[behind] === CLOSE_BRACE || bytes[behind] !== COMMA) return -1
    at = skipBlank(bytes, behind + 1, end)
  }
  return -1
}

/** Runs to the end of the value, or of the body. */
function* finish(bytes: Buffer, scan: ValueScan): Generator<void> {
  const end = bytes.length
  while (!scan.run(Math.min(scan.at + SLICE_BYTES, end)) && scan.at < end) yield
}

/** There is to be nothing behind the end of a list. */
function refuseRest(bytes: Buffer, from: number, index: ItemIndex): void {
  if (from <= bytes.length && skipBlank(bytes, from, bytes.length) < bytes.length)
    pushRest(bytes, from, 'there is something behind the end of the list', index)
}

function pushRest(bytes: Buffer, from: number, fault: string, index: ItemIndex): void {
  index.push(Math.min(from, bytes.length), bytes.length, index.size + 1, fault)
}

function lastInk(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at > 0 && skipBlank(bytes, at, at + 1) > at) at--
  return at
}

import { ItemIndex } from './item-index.js'
import { CLOSE_BRACE, isBlank, OPEN_BRACE, skipBlank, ValueScan } from './value-scan.js'

const NEWLINE = 0x0a
/** Bytes looked through in one turn: some 100 µs. */
export const SLICE_BYTES = 128 * 1024

/**
 * The items of newline-delimited JSON: each line that is not blank. Where one line holds several objects, one after the
 * other, each is an item of that line. Yields now and then, so that whoever waits for the event loop may have it.
 */
export function* indexLines(bytes: Buffer): Generator<void, ItemIndex> {
  const index = new ItemIndex()
  let line = 0
  let yielded = 0
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    const to = newline < 0 ? bytes.length : newline
    line += 1
    yield* indexLine(bytes, from, to, line, index)
    from = to + 1
    if (from - yielded > SLICE_BYTES) {
      yielded = from
      yield
    }
  }
  return index
}

function* indexLine(
  bytes: Buffer,
  from: number,
  to: number,
  line: number,
  index: ItemIndex,
): Generator<void> {
  const start = skipBlank(bytes, from, to)
  const end = trimEnd(bytes, start, to)
  if (start === end) return
  if (bytes[start] !== OPEN_BRACE) {
    index.push(start, end, line)
    return
  }
  // Where the first brace that closes is the last thing in a line, it closes the one object that there is.
  if (bytes.indexOf(CLOSE_BRACE, start) === end - 1) {
    index.push(start, end, line)
    return
  }
  const scan = new ValueScan(bytes, start)
  while (!scan.run(Math.min(scan.at + SLICE_BYTES, end)) && scan.at < end) yield
  const next = skipBlank(bytes, scan.at, end)
  // Nearly every line is one object, and what does not look like several is judged as one: parsing says what is wrong.
  if (next >= end || bytes[next] !== OPEN_BRACE) {
    index.push(start, end, line)
    return
  }
  index.push(start, Math.min(scan.at, end), line)
  let pauseAt = next + SLICE_BYTES
  for (let at = next; at < end; at = skipBlank(bytes, scan.at, end)) {
    if (at >= pauseAt) {
      pauseAt = at + SLICE_BYTES
      yield
    }
    scan.start(at)
    while (!scan.run(Math.min(scan.at + SLICE_BYTES, end)) && scan.at < end) yield
    // Something that is no value takes the rest of the line with it.
    if (scan.at === at) scan.at = end
    index.push(at, Math.min(scan.at, end), line)
  }
}

function trimEnd(bytes: Buffer, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(bytes[end - 1] as number)) end--
  return end
}

import { readDelimited } from './delimited.js'
import { readNdjson } from './ndjson.js'
import { type Table, TableError } from './table.js'

/** A page holds the text, its cells and their numbers at once. */
const LIMIT_BYTES = 100 * 1024 * 1024

/** Reads a dropped file: NDJSON when it begins with a brace, else delimited text. @throws TableError */
export async function readTable(file: File): Promise<Table> {
  if (file.size > LIMIT_BYTES) {
    throw new TableError(`The file has ${Math.round(file.size / 1_048_576)} MiB; 100 MiB are the most.`)
  }
  const bytes = await file.arrayBuffer()
  const text = decode(bytes)
  const first = text.trimStart().charAt(0)
  if (first === '[') throw new TableError('this is a JSON array; one object a line is expected.', 1)
  return first === '{' ? readNdjson(file.name, text) : readDelimited(file.name, text)
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const lenient = new TextDecoder().decode(bytes)
    const line = lenient.slice(0, lenient.indexOf('\uFFFD')).split('\n').length
    throw new TableError('this is no UTF-8 text.', line)
  }
}

import { isAccessLog, readAccessLog } from './access-log.js'
import { readDelimited } from './delimited.js'
import { readJson } from './json.js'
import { type Table, TableError } from './table.js'

/** A page holds the text, its cells and their numbers at once. */
const LIMIT_BYTES = 100 * 1024 * 1024

/**
 * Reads a dropped file by what is in it, whatever it is called: JSON when it begins with a brace or a bracket, an access
 * log when its first line is one, else delimited text. What can be used is used, and the table says what was left out.
 * @throws TableError when nothing can be used
 */
export async function readTable(file: File): Promise<Table> {
  if (file.size > LIMIT_BYTES) {
    throw new TableError(`The file has ${Math.round(file.size / 1_048_576)} MiB; 100 MiB are the most.`)
  }
  const { text, replaced } = decode(await file.arrayBuffer())
  if (text.trim() === '') throw new TableError('The file is empty.')
  const table = tableIn(file.name, text)
  return replaced === null ? table : { ...table, leftOut: [replaced, ...table.leftOut] }
}

function tableIn(name: string, text: string): Table {
  if (isAccessLog(text)) return readAccessLog(name, text)
  return /^\s*[{[]/.test(text) ? readJson(name, text) : readDelimited(name, text)
}

function decode(bytes: ArrayBuffer): { text: string; replaced: Table['leftOut'][number] | null } {
  const [first, second] = new Uint8Array(bytes.slice(0, 2))
  if (first === 0xff && second === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), replaced: null }
  if (first === 0xfe && second === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), replaced: null }
  const text = new TextDecoder().decode(bytes)
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, replaced: null }
  } catch {
    const parts = text.split('\uFFFD')
    const line = (parts[0] as string).split('\n').length
    return { text, replaced: { what: 'characters that are no UTF-8', count: parts.length - 1, line } }
  }
}

import { isAccessLog, readAccessLog } from './access-log.js'
import { readDelimited } from './delimited.js'
import { readJson } from './json.js'
import type { OnProgress } from './progress.js'
import { type Table, TableError } from './table.js'

/** A page holds the text, its cells and their numbers at once. */
const LIMIT_BYTES = 100 * 1024 * 1024

/**
 * Reads a dropped file by what is in it, whatever it is called: JSON when it begins with a brace or a bracket, an access
 * log when its first line is one, else delimited text; packed by gzip or not. What can be used is used, and the table says what was left out.
 * @param onProgress told how far it is
 * @throws TableError when nothing can be used
 */
export async function readTable(file: File, onProgress: OnProgress = () => {}): Promise<Table> {
  if (file.size > LIMIT_BYTES) throw new TableError(tooLarge('The file has', file.size))
  const { text, replaced } = decode(await bytesOf(file))
  if (text.trim() === '') throw new TableError('The file is empty.')
  const table = tableIn(file.name.replace(/\.gz$/i, ''), text, onProgress)
  return replaced === null ? table : { ...table, leftOut: [replaced, ...table.leftOut] }
}

function tableIn(name: string, text: string, onProgress: OnProgress): Table {
  if (isAccessLog(text)) return readAccessLog(name, text)
  return /^\s*[{[]/.test(text) ? readJson(name, text, onProgress) : readDelimited(name, text, onProgress)
}

/** The bytes of a file, unpacked where it begins as gzip does. @throws TableError when they are too many, or damaged */
async function bytesOf(file: File): Promise<ArrayBuffer> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  if (first !== 0x1f || second !== 0x8b) return file.arrayBuffer()
  const parts: BlobPart[] = []
  let size = 0
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      throw new TableError('The file begins as gzip does, and cannot be unpacked: it is damaged or cut off.')
    })
    if (done) return new Blob(parts).arrayBuffer()
    size += value.length
    if (size > LIMIT_BYTES) {
      void reader.cancel()
      throw new TableError(tooLarge('Unpacked, the file has more than', LIMIT_BYTES))
    }
    parts.push(value)
  }
}

function tooLarge(what: string, bytes: number): string {
  return `${what} ${Math.round(bytes / 1_048_576)} MiB; 100 MiB are the most.`
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

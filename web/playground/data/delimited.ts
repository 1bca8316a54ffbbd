import { type OnProgress, Progress } from './progress.js'
import type { Table } from './table.js'
import { TableBuilder } from './table-builder.js'

interface Record {
  readonly cells: string[]
  readonly line: number
}

const DELIMITERS = [',', ';', '\t'] as const

/**
 * Reads CSV (RFC 4180: quoted cells may hold delimiters, line breaks and doubled quotes), with commas, semicolons
 * or tabs. A first line of numbers alone is a row, and the columns are then counted. A line that has too few values
 * has gaps; one that has too many, or quotes that do not fit, is left out.
 * @throws TableError when nothing can be used
 */
export function readDelimited(name: string, text: string, onProgress: OnProgress = () => {}): Table {
  const delimiter = delimiterOf(text)
  const builder = new TableBuilder()
  let names: readonly string[] | undefined
  for (const { cells, line } of records(text, delimiter, builder, new Progress(text.length, onProgress))) {
    if (names === undefined) {
      const headless = cells.every((cell) => cell.trim() !== '' && Number.isFinite(Number(cell)))
      names = distinct(cells.map((cell, index) => (headless ? '' : cell.trim()) || `column ${index + 1}`))
      if (!headless) continue
    }
    if (cells.length > names.length) {
      builder.leftOut.add('lines with more values than the first has', line)
      continue
    }
    if (cells.length < names.length) builder.leftOut.add('lines whose last values are missing', line)
    const header = names
    builder.add(
      cells.map((cell, index) => [header[index] as string, cell] as const),
      line,
    )
  }
  return builder.build(name)
}

/** Names that come again are numbered. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

function delimiterOf(text: string): string {
  const header = text.slice(0, text.indexOf('\n') + 1 || undefined)
  const count = (delimiter: string) => header.split(delimiter).length
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}

function* records(
  text: string,
  delimiter: string,
  { leftOut }: TableBuilder,
  progress: Progress,
): Generator<Record> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  while (at < text.length) {
    const read = recordAt(text, at, delimiter)
    if (typeof read === 'string') {
      leftOut.add(read, line)
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end + 1
      line += 1
      continue
    }
    if (read.cells.length > 1 || read.cells[0] !== '') yield { cells: read.cells, line }
    at = read.end
    progress.reach(at)
    line += read.breaks + 1
  }
}

/** The record that begins at a place, or what is wrong with its line. */
function recordAt(
  text: string,
  from: number,
  delimiter: string,
): { cells: string[]; end: number; breaks: number } | string {
  const cells: string[] = []
  let at = from
  let breaks = 0
  for (;;) {
    if (text[at] === '"') {
      const cell = quoted(text, at + 1)
      if (cell === null) return 'lines with a quote that is never closed'
      cells.push(cell.value)
      breaks += cell.breaks
      at = cell.end
    } else {
      const end = endOfCell(text, at, delimiter)
      cells.push(text.slice(at, end))
      at = end
    }
    if (text[at] !== delimiter) break
    at += 1
  }
  if (at < text.length && text[at] !== '\n' && text[at] !== '\r')
    return 'lines with something behind a closing quote'
  if (text[at] === '\r') at += 1
  if (text[at] === '\n') at += 1
  return { cells, end: at, breaks }
}

function endOfCell(text: string, from: number, delimiter: string): number {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
  return at
}

function quoted(text: string, from: number): { value: string; end: number; breaks: number } | null {
  let at = from
  for (;;) {
    at = text.indexOf('"', at)
    if (at < 0) return null
    if (text[at + 1] !== '"') break
    at += 2
  }
  const raw = text.slice(from, at)
  return { value: raw.replaceAll('""', '"'), end: at + 1, breaks: raw.split('\n').length - 1 }
}

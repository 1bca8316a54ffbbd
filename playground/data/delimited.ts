import { type Table, TableBuilder, TableError } from './table.js'

interface Record {
  readonly cells: string[]
  readonly line: number
}

const DELIMITERS = [',', ';', '\t'] as const

/**
 * Reads CSV (RFC 4180: quoted cells may hold delimiters, line breaks and doubled quotes), with commas, semicolons
 * or tabs. A first line of numbers alone is a row, and the columns are then counted.
 * @throws TableError naming the line
 */
export function readDelimited(name: string, text: string): Table {
  const delimiter = delimiterOf(text)
  let builder: TableBuilder | undefined
  let names: readonly string[] | undefined
  for (const { cells, line } of records(text, delimiter)) {
    if (names === undefined) {
      const headless = cells.every((cell) => cell.trim() !== '' && Number.isFinite(Number(cell)))
      names = cells.map((cell, index) => (headless ? `column ${index + 1}` : cell.trim()))
      if (!headless) continue
    }
    if (cells.length !== names.length) {
      throw new TableError(`${cells.length} values are there; the first line has ${names.length}.`, line)
    }
    builder ??= new TableBuilder(names, cells, line)
    builder.add(cells, line)
  }
  if (builder === undefined) {
    throw new TableError(names ? 'There is a header, but no row.' : 'The file is empty.')
  }
  return builder.build(name)
}

function delimiterOf(text: string): string {
  const header = text.slice(0, text.indexOf('\n') + 1 || undefined)
  const count = (delimiter: string) => header.split(delimiter).length
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}

function* records(text: string, delimiter: string): Generator<Record> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  while (at < text.length) {
    const cells: string[] = []
    const first = line
    for (;;) {
      if (text[at] === '"') {
        const cell = quoted(text, at + 1, first)
        cells.push(cell.value)
        line += cell.breaks
        at = cell.end
      } else {
        const end = endOfCell(text, at, delimiter)
        cells.push(text.slice(at, end))
        at = end
      }
      if (text[at] !== delimiter) break
      at += 1
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
      throw new TableError('something follows a closing quote.', line)
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    line += 1
    if (cells.length > 1 || cells[0] !== '') yield { cells, line: first }
  }
}

function endOfCell(text: string, from: number, delimiter: string): number {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
  return at
}

function quoted(text: string, from: number, line: number): { value: string; end: number; breaks: number } {
  let at = from
  for (;;) {
    at = text.indexOf('"', at)
    if (at < 0) throw new TableError('a quote is opened and never closed.', line)
    if (text[at + 1] !== '"') break
    at += 2
  }
  const raw = text.slice(from, at)
  return { value: raw.replaceAll('""', '"'), end: at + 1, breaks: raw.split('\n').length - 1 }
}

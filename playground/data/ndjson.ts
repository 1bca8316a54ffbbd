import { type Cell, type Table, TableBuilder, TableError } from './table.js'

/**
 * Reads one JSON object a line. The first one names the columns; later ones may have more fields, not fewer.
 * @throws TableError naming the line
 */
export function readNdjson(name: string, text: string): Table {
  let builder: TableBuilder | undefined
  let names: readonly string[] = []
  let line = 0
  for (const source of text.replace(/^\uFEFF/, '').split('\n')) {
    line += 1
    if (source.trim() === '') continue
    const record = parse(source, line)
    if (builder === undefined) names = Object.keys(record).filter((key) => isCell(record[key]))
    const cells = names.map((key) => cellOf(record, key, line))
    builder ??= new TableBuilder(names, cells, line)
    builder.add(cells, line)
  }
  if (builder === undefined) throw new TableError('The file is empty.')
  return builder.build(name)
}

function parse(source: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw new TableError('this is no JSON; one object a line is expected.', line)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new TableError('this is no JSON object; one object a line is expected.', line)
  }
  return value as Readonly<Record<string, unknown>>
}

function cellOf(record: Readonly<Record<string, unknown>>, key: string, line: number): Cell {
  const value = record[key]
  if (value === undefined) throw new TableError(`the field “${key.slice(0, 40)}” is missing.`, line)
  if (isCell(value)) return typeof value === 'boolean' ? Number(value) : value
  throw new TableError(`the field “${key.slice(0, 40)}” is no number or text.`, line)
}

function isCell(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

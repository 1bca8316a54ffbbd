import { cellsOf, separatorOf } from '../formats/cells.js'

/** What stands for a value that is not there. */
const MISSING: ReadonlySet<string> = new Set(['', '-', '?', 'na', 'n/a', 'nan', 'null', 'none'])

/** How the lines of a table are made. */
export interface TableHead {
  readonly names: readonly string[]
  readonly separator: string
  /** Whether the first line holds names; else it is the first row, and columns are numbered from 1. */
  readonly named: boolean
}

/** Reads the first line of a table. @throws Error where it is none */
export function headOf(line: string): TableHead {
  const text = line.replace(/^\ufeff/, '')
  const separator = separatorOf(text)
  const cells = cellsOf(text, separator).map((cell) => cell.trim())
  const named = cells.some((cell) => Number.isNaN(numberIn(cell)) && !isMissing(cell))
  if (!named) return { names: cells.map((_, i) => String(i + 1)), separator, named }
  const double = cells.find((name, i) => cells.indexOf(name) !== i)
  if (double !== undefined) throw new Error(`two columns are called ${JSON.stringify(double.slice(0, 40))}`)
  return { names: cells, separator, named }
}

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.trim().toLowerCase())
}

/** The number in a cell; NaN where there is none. */
export function numberIn(cell: string): number {
  const text = cell.trim()
  const number = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : Number.NaN
}

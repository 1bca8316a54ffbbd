import { isTimeName, secondsOf, timesIn } from './dates.js'
import {
  type Cell,
  type LeftOut,
  LeftOutTally,
  type NumberColumn,
  shown,
  type Table,
  TableError,
} from './table.js'

/** What files write for a value that is not there. */
const NOTHING = new Set(['', '-', 'null', 'nil', 'none', 'nan', 'na', 'n/a', '\\n', '?'])
/** Columns at most: where names are made of values, there is one for each row. */
const MOST_COLUMNS = 1000

interface Column {
  readonly name: string
  /** By row; with holes where a row lacks it. */
  readonly cells: Cell[]
}

/** Collects rows that may have different cells; what most of a column's cells are decides what it is. */
export class TableBuilder {
  readonly leftOut = new LeftOutTally()
  readonly #columns = new Map<string, Column>()
  readonly #lines: number[] = []

  /** Takes one row. */
  add(cells: Iterable<readonly [name: string, cell: Cell]>, line: number): void {
    const row = this.#lines.length
    this.#lines.push(line)
    for (const [name, cell] of cells) {
      let column = this.#columns.get(name)
      if (column === undefined) {
        if (this.#columns.size === MOST_COLUMNS) {
          this.leftOut.add(`values of fields beyond the first ${MOST_COLUMNS}`, line)
          continue
        }
        column = { name, cells: [] }
        this.#columns.set(name, column)
      }
      column.cells[row] = cell
    }
  }

  /** @throws TableError when there is no row, or no number in any of them */
  build(name: string): Table {
    const nRows = this.#lines.length
    if (nRows === 0) throw new TableError(withReasons('There is no row.', this.leftOut.list()))
    const numbers: NumberColumn[] = []
    const texts = []
    for (const column of this.#columns.values()) {
      const found = this.#numbersOf(column)
      if (found !== null) numbers.push({ name: column.name, ...found })
      else {
        const values = this.#lines.map((_, row) => textOf(column.cells[row]))
        texts.push({ name: column.name, values })
        const counts = countsOf(values)
        if (counts !== null) numbers.push({ name: column.name, values: counts, kind: 'text' })
      }
    }
    if (numbers.length === 0) {
      throw new TableError(
        'No value is a number or a date, and no text comes again, so there is no column to fit a forest on.',
      )
    }
    return { name, nRows, numbers, texts, lines: Uint32Array.from(this.#lines), leftOut: this.leftOut.list() }
  }

  /** A column's numbers, NaN in its gaps; null where most of its values are text that is no date. */
  #numbersOf(column: Column): Omit<NumberColumn, 'name'> | null {
    const read = this.#read(column, numberOf)
    if (read !== null) {
      this.#nameGaps(column, read, 'number')
      return isTimeName(column.name) && timesIn(read) ? { values: read, kind: 'date' } : { values: read }
    }
    const dates = this.#read(column, secondsOf)
    if (dates === null) return null
    this.#nameGaps(column, dates, 'date')
    return { values: dates, kind: 'date' }
  }

  /** What most values of a column are; null where they are not. */
  #read({ cells }: Column, toNumber: (cell: Cell) => number): Float64Array | null {
    const flags = cells.every((cell) => isNothing(cell) || isFlag(cell))
    const values = new Float64Array(this.#lines.length).fill(Number.NaN)
    let numbers = 0
    let others = 0
    cells.forEach((cell, row) => {
      if (isNothing(cell)) return
      const value = flags ? Number(String(cell).trim().toLowerCase() === 'true') : toNumber(cell)
      if (Number.isNaN(value)) others += 1
      else {
        values[row] = value
        numbers += 1
      }
    })
    return numbers === 0 || others > numbers ? null : values
  }

  #nameGaps({ name, cells }: Column, values: Float64Array, kind: string): void {
    for (let row = 0; row < values.length; row++) {
      if (!Number.isNaN(values[row] as number)) continue
      const what = isNothing(cells[row]) ? 'empty' : `no ${kind}`
      this.leftOut.add(`values of “${shown(name)}” that are ${what}`, this.#lines[row] as number)
    }
  }
}

/** How many rows have the same text; null where that is the same for all of them, and so tells nothing. */
function countsOf(values: readonly string[]): Float64Array | null {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  if (new Set(counts.values()).size < 2) return null
  return Float64Array.from(values, (value) => counts.get(value) as number)
}

/** A message with what was left out behind it. */
function withReasons(message: string, leftOut: readonly LeftOut[]): string {
  return [
    message,
    ...leftOut.map(({ what, count, line }) => `Left out (${count}): ${what}; first on line ${line}.`),
  ].join(' ')
}

function isNothing(cell: Cell | undefined): boolean {
  return (
    cell === undefined ||
    cell === null ||
    (typeof cell === 'string' && NOTHING.has(cell.trim().toLowerCase()))
  )
}

function isFlag(cell: Cell): boolean {
  return typeof cell === 'boolean' || (typeof cell === 'string' && /^\s*(?:true|false)\s*$/i.test(cell))
}

function numberOf(cell: Cell): number {
  const value = typeof cell === 'boolean' ? Number.NaN : Number(cell)
  return Number.isFinite(value) ? value : Number.NaN
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell)
}

import { type LeftOut, LeftOutTally, type NumberColumn, shown, type Table, TableError } from './table.js'

/** A cell as it was in the file; null where there was none. */
export type Cell = string | number | boolean | null

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
      const values = this.#numbersOf(column)
      if (values !== null) numbers.push({ name: column.name, values })
      else texts.push({ name: column.name, values: this.#lines.map((_, row) => textOf(column.cells[row])) })
    }
    if (numbers.length === 0) {
      throw new TableError('No value is a number, so there is no column to fit a forest on.')
    }
    return { name, nRows, numbers, texts, lines: Uint32Array.from(this.#lines), leftOut: this.leftOut.list() }
  }

  /** A column's numbers, NaN in its gaps; null where most of its values are text. */
  #numbersOf({ name, cells }: Column): Float64Array | null {
    const flags = cells.every((cell) => isNothing(cell) || isFlag(cell))
    const values = new Float64Array(this.#lines.length).fill(Number.NaN)
    let numbers = 0
    let others = 0
    cells.forEach((cell, row) => {
      if (isNothing(cell)) return
      const value = flags ? Number(String(cell).toLowerCase() === 'true') : numberOf(cell)
      if (Number.isNaN(value)) others += 1
      else {
        values[row] = value
        numbers += 1
      }
    })
    if (numbers === 0 || others > numbers) return null
    for (let row = 0; row < values.length; row++) {
      if (!Number.isNaN(values[row] as number)) continue
      const what = isNothing(cells[row]) ? 'empty' : 'no number'
      this.leftOut.add(`values of “${shown(name)}” that are ${what}`, this.#lines[row] as number)
    }
    return values
  }
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

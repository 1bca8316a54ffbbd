/** Rows of a file, column by column: numbers that a forest can be fitted on, and text to tell rows apart. */
export interface Table {
  readonly name: string
  readonly nRows: number
  readonly numbers: readonly NumberColumn[]
  readonly texts: readonly TextColumn[]
  /** The line of the file that each row began on, from 1. */
  readonly lines: Uint32Array
}

export interface NumberColumn {
  readonly name: string
  readonly values: Float64Array
}

export interface TextColumn {
  readonly name: string
  readonly values: readonly string[]
}

/** What is wrong with a file, and on which line, where it is on one. */
export class TableError extends Error {
  override readonly name = 'TableError'

  constructor(reason: string, line?: number) {
    super(line === undefined ? reason : `Line ${line}: ${reason}`)
  }
}

/** A cell as it was in the file; null where there was none. */
export type Cell = string | number | null

/** Collects rows whose first one decides which columns are numbers, and refuses rows that do not follow it. */
export class TableBuilder {
  readonly #names: readonly string[]
  readonly #numeric: readonly boolean[]
  readonly #cells: (number[] | string[])[]
  readonly #lines: number[] = []

  constructor(names: readonly string[], first: readonly Cell[], line: number) {
    this.#names = names
    this.#numeric = first.map((cell) => asNumber(cell) !== null)
    this.#cells = names.map(() => [])
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw new TableError(`the column “${shown(twice)}” is there twice.`, line)
    if (!this.#numeric.includes(true)) {
      throw new TableError('no value is a number, so there is no column to fit a forest on.', line)
    }
  }

  /** @throws TableError naming the line and the column of a value that is missing or no number */
  add(row: readonly Cell[], line: number): void {
    row.forEach((cell, column) => {
      const cells = this.#cells[column] as (number | string)[]
      if (!this.#numeric[column]) cells.push(cell === null ? '' : String(cell))
      else cells.push(this.#number(cell, column, line))
    })
    this.#lines.push(line)
  }

  build(name: string): Table {
    const columns = this.#names.map((column, index) => ({ name: column, values: this.#cells[index] ?? [] }))
    return {
      name,
      nRows: this.#lines.length,
      numbers: columns
        .filter((_, index) => this.#numeric[index])
        .map((column) => ({ name: column.name, values: Float64Array.from(column.values as number[]) })),
      texts: columns.filter((_, index) => !this.#numeric[index]) as TextColumn[],
      lines: Uint32Array.from(this.#lines),
    }
  }

  #number(cell: Cell, column: number, line: number): number {
    const value = asNumber(cell)
    if (value !== null) return value
    const name = `“${shown(this.#names[column] ?? '')}”`
    const wrong = cell === null || cell === '' ? 'is empty' : `is “${shown(String(cell))}”`
    throw new TableError(`${name} ${wrong}; it must be a number, as in the first row.`, line)
  }
}

function asNumber(cell: Cell): number | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null
  if (cell === null || cell.trim() === '') return null
  const value = Number(cell)
  return Number.isFinite(value) ? value : null
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

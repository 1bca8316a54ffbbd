import { cellsOf } from '../formats/cells.js'
import { readLines } from '../history/read-lines.js'
import { headOf, isMissing, numberIn, type TableHead } from './columns.js'

const FIRST_ROOM = 4096

/** A column as it was read. */
export interface Column {
  readonly name: string
  /** One a row; NaN where there is no number. */
  readonly values: Float64Array
  /** Cells that hold a number, and cells that hold something else. */
  readonly numbers: number
  readonly texts: number
}

/** A table of a file, as numbers. */
export interface Table {
  readonly columns: readonly Column[]
  readonly nRows: number
  /** Lines that have another number of cells than the first. */
  readonly brokenLines: number
}

/**
 * Reads a whole table: text or gzip, `-` for the standard input.
 * @throws CommandError where the file cannot be read, Error where it is no table
 */
export async function readTable(path: string): Promise<Table> {
  let growing: GrowingTable | null = null
  for await (const lines of readLines(path, () => {})) {
    for (const line of lines) {
      if (line.trim() === '') continue
      if (growing !== null) growing.add(line)
      else {
        const head = headOf(line)
        growing = new GrowingTable(head)
        if (!head.named) growing.add(line)
      }
    }
  }
  if (growing === null) throw new Error('it is empty')
  return growing.done()
}

class GrowingTable {
  readonly #head: TableHead
  #values: Float64Array[]
  readonly #numbers: number[]
  readonly #texts: number[]
  #rows = 0
  #broken = 0

  constructor(head: TableHead) {
    this.#head = head
    this.#values = head.names.map(() => new Float64Array(FIRST_ROOM))
    this.#numbers = head.names.map(() => 0)
    this.#texts = head.names.map(() => 0)
  }

  add(line: string): void {
    const cells = cellsOrNone(line, this.#head)
    if (cells === null) {
      this.#broken++
      return
    }
    if (this.#rows === this.#values[0]?.length) this.#values = this.#values.map(doubled)
    for (const [i, cell] of cells.entries()) {
      const number = numberIn(cell)
      ;(this.#values[i] as Float64Array)[this.#rows] = number
      if (!Number.isNaN(number)) this.#numbers[i] = (this.#numbers[i] as number) + 1
      else if (!isMissing(cell)) this.#texts[i] = (this.#texts[i] as number) + 1
    }
    this.#rows++
  }

  done(): Table {
    const columns = this.#head.names.map((name, i) => ({
      name,
      values: (this.#values[i] as Float64Array).subarray(0, this.#rows),
      numbers: this.#numbers[i] as number,
      texts: this.#texts[i] as number,
    }))
    return { columns, nRows: this.#rows, brokenLines: this.#broken }
  }
}

/** The cells of a row; null for a line that is none. */
export function cellsOrNone(line: string, { names, separator }: TableHead): string[] | null {
  try {
    const cells = cellsOf(line, separator)
    return cells.length === names.length ? cells : null
  } catch {
    return null
  }
}

function doubled(full: Float64Array): Float64Array {
  const room = new Float64Array(2 * full.length)
  room.set(full)
  return room
}

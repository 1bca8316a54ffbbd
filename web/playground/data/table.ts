/** A cell as it was in the file; null where there was none. */
export type Cell = string | number | boolean | null

/** Rows of a file, column by column: numbers that a forest can be fitted on, and text to tell rows apart. */
export interface Table {
  readonly name: string
  readonly nRows: number
  readonly numbers: readonly NumberColumn[]
  readonly texts: readonly TextColumn[]
  /** The line of the file that each row began on, from 1; of one JSON document the number of the row. */
  readonly lines: Uint32Array
  /** What of the file is not in here, or not in its place. */
  readonly leftOut: readonly LeftOut[]
}

export interface NumberColumn {
  readonly name: string
  /** NaN where a row has no number. */
  readonly values: Float64Array
  /**
   * What the numbers stand for where the file has others: of a `date` seconds since 1970, of a `text` how many rows have
   * the same.
   */
  readonly kind?: 'date' | 'text'
}

export interface TextColumn {
  readonly name: string
  readonly values: readonly string[]
}

/** Something that could not be used. */
export interface LeftOut {
  /** In plain words, such as `lines that are no JSON`. */
  readonly what: string
  readonly count: number
  /** Where it was seen first. */
  readonly line: number
}

/** Why there is no table to be had from a file at all. */
export class TableError extends Error {
  override readonly name = 'TableError'
}

/** Counts what is left out, by what it is. */
export class LeftOutTally {
  readonly #byWhat = new Map<string, { what: string; count: number; line: number }>()

  add(what: string, line: number): void {
    const known = this.#byWhat.get(what)
    if (known === undefined) this.#byWhat.set(what, { what, count: 1, line })
    else known.count += 1
  }

  list(): LeftOut[] {
    return [...this.#byWhat.values()]
  }
}

/** A name for messages: at most 40 characters of it. */
export function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

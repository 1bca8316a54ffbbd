import type { NumberColumn, Table } from './table.js'

/** What becomes of rows that lack a number in a chosen column. */
export type GapChoice = 'leave-out' | 'median'

/** How many rows have no number in a column. */
export function gapsOf({ values }: NumberColumn): number {
  return values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0)
}

export interface Whole {
  readonly table: Table
  /** The chosen columns, without gaps. */
  readonly features: readonly NumberColumn[]
  /** Rows that had a gap in one of them. */
  readonly affected: number
}

/** The table and the chosen columns with every gap gone: the rows are left out, or filled with their column's median. */
export function withoutGaps(table: Table, features: readonly NumberColumn[], choice: GapChoice): Whole {
  const kept: number[] = []
  for (let row = 0; row < table.nRows; row++) {
    if (!features.some(({ values }) => Number.isNaN(values[row]))) kept.push(row)
  }
  const affected = table.nRows - kept.length
  if (affected === 0) return { table, features, affected }
  if (choice === 'median') return { table, features: features.map(filled), affected }
  const only = (column: NumberColumn): NumberColumn => ({
    ...column,
    values: Float64Array.from(kept, (row) => column.values[row] as number),
  })
  return {
    table: {
      ...table,
      nRows: kept.length,
      numbers: table.numbers.map(only),
      texts: table.texts.map(({ name, values }) => ({ name, values: kept.map((row) => values[row] ?? '') })),
      lines: Uint32Array.from(kept, (row) => table.lines[row] as number),
    },
    features: features.map(only),
    affected,
  }
}

function filled(column: NumberColumn): NumberColumn {
  const { values } = column
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const median = known[known.length >> 1] ?? 0
  return { ...column, values: values.map((value) => (Number.isNaN(value) ? median : value)) }
}

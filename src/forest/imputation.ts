import { ForestError } from './errors.js'
import { countRows, type Rows } from './rows.js'

/** What becomes of a NaN in a row: the row is refused, or the median of its training column stands in for it. */
export type Missing = 'refuse' | 'median'

/** @throws ForestError FOREST_BAD_OPTION @internal */
export function checkMissing(missing: unknown): asserts missing is Missing {
  if (missing === 'refuse' || missing === 'median') return
  throw new ForestError('FOREST_BAD_OPTION', `missing must be 'refuse' or 'median'`)
}

/**
 * Median of each column over the rows that have a value there; of two in the middle their mean.
 * @param rows of the right shape; their values are still to be checked
 * @throws ForestError FOREST_BAD_ROW where a column has no value at all
 * @internal
 */
export function columnMedians(rows: Rows, nFeatures: number): Float64Array {
  const nRows = countRows(rows)
  const column = new Float64Array(nRows)
  return Float64Array.from({ length: nFeatures }, (_, f) => {
    let n = 0
    for (let r = 0; r < nRows; r++) {
      const value = valueAt(rows, nFeatures, r, f)
      // What is no number is refused where rows are written.
      if (typeof value === 'number' && !Number.isNaN(value)) column[n++] = value
    }
    if (n === 0)
      throw new ForestError('FOREST_BAD_ROW', `feature ${f} has no value in any row, and so no median`)
    const values = column.subarray(0, n).sort()
    const upper = values[n >> 1] as number
    return n % 2 === 1 ? upper : (values[(n >> 1) - 1] as number) / 2 + upper / 2
  })
}

/** The rows with medians in place of NaN. @internal */
export function imputedRows(rows: Rows, medians: Float64Array): Rows {
  if (!('data' in rows)) return rows.map((row) => imputedRow(row, medians))
  const { data, nRows } = rows
  const whole = data.map((value, i) =>
    Number.isNaN(value) ? (medians[i % medians.length] as number) : value,
  )
  return { data: whole, nRows }
}

/**
 * One row with medians in place of NaN: a copy, or the row itself where it has none, and where it is none: what else is
 * wrong with it is for others to say.
 * @internal
 */
export function imputedRow(row: ArrayLike<number>, medians: Float64Array): ArrayLike<number> {
  if (row == null || row.length !== medians.length) return row
  let missing = false
  for (let f = 0; f < medians.length; f++) {
    if (typeof row[f] !== 'number') return row
    if (Number.isNaN(row[f])) missing = true
  }
  return missing
    ? Float64Array.from(medians, (median, f) => (Number.isNaN(row[f]) ? median : (row[f] as number)))
    : row
}

function valueAt(rows: Rows, nFeatures: number, r: number, f: number): number | undefined {
  return 'data' in rows ? rows.data[r * nFeatures + f] : rows[r]?.[f]
}

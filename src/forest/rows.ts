import { ForestError } from './errors.js'

/** Rows as arrays of nFeatures numbers, or one after the other in one typed array of nRows · nFeatures numbers. */
export type Rows =
  | readonly ArrayLike<number>[]
  | { readonly data: Float32Array | Float64Array; readonly nRows: number }

/** The largest float32. @internal */
export const MAX_FLOAT32 = 3.4028234663852886e38

/** How the values of some features become those that the forest compares: (value - offset) · factor. */
export interface ColumnScales {
  /** f64[nFeatures]; 0 where a value is taken as it is. */
  readonly offsets: Float64Array
  /** f64[nFeatures], powers of two; 1 where a value is taken as it is. */
  readonly factors: Float64Array
}

/** How many rows there are. @internal */
export function countRows(rows: Rows): number {
  return 'data' in rows ? rows.nRows : rows.length
}

/**
 * Copies one row into float32. A finite value beyond the range of float32 becomes the largest there is.
 * @param at where in `target` the row goes
 * @param index number of the row for the message, or -1 when there is only one
 * @param scales how values become those that the forest compares; null where they are those
 * @throws ForestError FOREST_BAD_ROW for a wrong length, NaN, an infinity or anything but a number
 * @internal
 */
export function writeRow(
  row: ArrayLike<number>,
  target: Float32Array,
  at: number,
  nFeatures: number,
  index = -1,
  scales: ColumnScales | null = null,
): void {
  if (row == null || row.length !== nFeatures) refuseShape(row, nFeatures, index)
  if (scales === null) {
    for (let f = 0; f < nFeatures; f++) writeValue(row[f] as number, target, at + f, f, index)
  } else {
    for (let f = 0; f < nFeatures; f++) target[at + f] = scaledValue(checked(row[f], f, index), f, scales)
  }
}

/** A finite value as the forest compares it, within the range of float32. @internal */
export function scaledValue(value: number, feature: number, { offsets, factors }: ColumnScales): number {
  const at = (value - (offsets[feature] as number)) * (factors[feature] as number)
  return Math.min(Math.max(at, -MAX_FLOAT32), MAX_FLOAT32)
}

/**
 * Copies `count` rows from row `from` on as `writeRow` does, to the start of `target`, `stride` floats apart.
 * @throws ForestError FOREST_BAD_ROW
 * @internal
 */
export function writeRows(
  rows: Rows,
  from: number,
  count: number,
  target: Float32Array,
  stride: number,
  nFeatures: number,
  scales: ColumnScales | null = null,
): void {
  if (!('data' in rows)) {
    for (let r = 0; r < count; r++) {
      writeRow(rows[from + r] as ArrayLike<number>, target, r * stride, nFeatures, from + r, scales)
    }
    return
  }
  const { data } = rows
  if (scales !== null) {
    for (let r = 0; r < count; r++) {
      const start = (from + r) * nFeatures
      writeRow(data.subarray(start, start + nFeatures), target, r * stride, nFeatures, from + r, scales)
    }
    return
  }
  for (let r = 0; r < count; r++) {
    const start = (from + r) * nFeatures
    for (let f = 0; f < nFeatures; f++) {
      writeValue(data[start + f] as number, target, r * stride + f, f, from + r)
    }
  }
}

/** Checks the shape of rows, not their values. @throws ForestError FOREST_BAD_ROW @internal */
export function checkRows(rows: Rows, nFeatures: number): void {
  if (Array.isArray(rows)) return
  if (rows === null || typeof rows !== 'object' || !('data' in rows)) {
    const flat = ArrayBuffer.isView(rows)
      ? ': a flat list goes as { data: Float64Array.from(list), nRows }'
      : ''
    throw new ForestError('FOREST_BAD_ROW', `rows must be an array of rows or { data, nRows }${flat}`)
  }
  const { data, nRows } = rows
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new ForestError('FOREST_BAD_ROW', 'rows.data must be a Float32Array or a Float64Array')
  }
  if (!Number.isInteger(nRows) || nRows < 0 || data.length !== nRows * nFeatures) {
    throw new ForestError(
      'FOREST_BAD_ROW',
      `rows.data has ${data.length} numbers; nRows ${String(nRows).slice(0, 20)} times ${nFeatures} features are needed`,
    )
  }
}

/** Refuses what `writeRows` would refuse, before anything is written. @throws ForestError FOREST_BAD_ROW @internal */
export function checkValues(rows: Rows, nFeatures: number): void {
  const row = new Float32Array(nFeatures)
  const nRows = countRows(rows)
  for (let r = 0; r < nRows; r++) writeRows(rows, r, 1, row, nFeatures, nFeatures)
}

function checked(value: unknown, feature: number, index: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuseValue(value, feature, index)
  return value
}

function writeValue(value: number, target: Float32Array, at: number, feature: number, index: number): void {
  if (typeof value === 'number' && value >= -MAX_FLOAT32 && value <= MAX_FLOAT32) {
    target[at] = value
  } else if (typeof value === 'number' && Number.isFinite(value)) {
    target[at] = value > 0 ? MAX_FLOAT32 : -MAX_FLOAT32
  } else {
    refuseValue(value, feature, index)
  }
}

function refuseValue(value: unknown, feature: number, index: number): never {
  const shown = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`
  const hint =
    typeof value === 'string'
      ? '. Categories go as numbers: a column of 0 and 1 for each, or how common each is'
      : ''
  throw new ForestError(
    'FOREST_BAD_ROW',
    `${rowName(index)}, feature ${feature} is ${shown}; it must be a finite number${hint}`,
  )
}

function refuseShape(row: unknown, nFeatures: number, index: number): never {
  const name = rowName(index)
  const needed = `${nFeatures} ${nFeatures === 1 ? 'number' : 'numbers'}, one a feature`
  if (Array.isArray(row) || ArrayBuffer.isView(row)) {
    const { length } = row as unknown as ArrayLike<number>
    throw new ForestError('FOREST_BAD_ROW', `${name} has ${length} values; it must have ${needed}`)
  }
  throw new ForestError(
    'FOREST_BAD_ROW',
    `${name} is ${shapeOf(row)}; it must be an array of ${needed}${hintFor(row, nFeatures, index)}`,
  )
}

function shapeOf(row: unknown): string {
  if (row === null || row === undefined) return String(row)
  if (typeof row !== 'object') return `a ${typeof row}`
  const names = Object.keys(row)
  const shown = names.slice(0, 3).map((name) => name.slice(0, 40))
  return `an object (${names.length === 0 ? 'without fields' : shown.join(', ')}${names.length > 3 ? ', …' : ''})`
}

/** How to make rows of what people hand over instead. */
function hintFor(row: unknown, nFeatures: number, index: number): string {
  if (typeof row === 'number') {
    return index < 0
      ? `, such as [${Array.from({ length: Math.min(nFeatures, 3) }, (_, f) => f + 1).join(', ')}${nFeatures > 3 ? ', …' : ''}]`
      : '. A flat list of numbers goes as { data: Float64Array.from(list), nRows }'
  }
  if (row === null || typeof row !== 'object') return ''
  const names = Object.keys(row).filter((name) => /^[A-Za-z_$][\w$]{0,39}$/.test(name))
  const fields = names.slice(0, nFeatures)
  if (fields.length < nFeatures) return ''
  const made = `(row) => [${fields.map((name) => `row.${name}`).join(', ')}]`
  return nFeatures > 4 ? '' : `. Choose the fields and their order: ${index < 0 ? made : `rows.map(${made})`}`
}

function rowName(index: number): string {
  return index < 0 ? 'the row' : `row ${index}`
}

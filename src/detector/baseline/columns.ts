/** Ascending values of one feature. */
export type Column = Float32Array | Float64Array

/**
 * What some records held, each feature's values in ascending order: sorted once, at a fit, so that the medians and
 * percentiles behind a verdict are only looked up.
 */
export class Columns {
  readonly #columns: readonly Column[]

  constructor(columns: readonly Column[]) {
    this.#columns = columns
  }

  /** Records. */
  get size(): number {
    return this.#columns[0]?.length ?? 0
  }

  median(feature: number): number {
    return medianOfColumn(this.#columns[feature] as Column)
  }

  /** One of the values. @param rank 0 to size - 1, from the smallest on */
  valueAt(feature: number, rank: number): number {
    return (this.#columns[feature] as Column)[rank] as number
  }

  midRank(feature: number, value: number): number {
    return midRankIn(this.#columns[feature] as Column, value)
  }

  /** The least and the largest value of each feature. */
  ranges(): { readonly lows: Float64Array; readonly highs: Float64Array } {
    return {
      lows: Float64Array.from(this.#columns, (column) => column[0] as number),
      highs: Float64Array.from(this.#columns, (column) => column[column.length - 1] as number),
    }
  }

  capture(): Column[] {
    return this.#columns.map((column) => column.slice())
  }

  /** Overwrites the values. @param columns as many, of the same size */
  restore(columns: readonly Column[]): void {
    for (const [feature, column] of columns.entries()) this.#columns[feature]?.set(column)
  }
}

/**
 * Each feature's values in ascending order.
 * @param values f64[size][nFeatures]
 * @param storage f64[nFeatures][capacity], capacity >= size: what the columns are views of
 */
export function sortedColumns(
  values: Float64Array,
  nFeatures: number,
  size: number,
  storage: Float64Array,
): Column[] {
  const columns = columnsIn(storage, nFeatures, size)
  for (const [feature, column] of columns.entries()) {
    for (let i = 0; i < size; i++) column[i] = values[i * nFeatures + feature] as number
    column.sort()
  }
  return columns
}

/** Views of so many values of each feature. @param storage f64[nFeatures][capacity], capacity >= size */
export function columnsIn(storage: Float64Array, nFeatures: number, size: number): Float64Array[] {
  const capacity = storage.length / nFeatures
  return Array.from({ length: nFeatures }, (_, feature) =>
    storage.subarray(feature * capacity, feature * capacity + size),
  )
}

/** Median of a column; the mean of the middle two when there is an even number. */
export function medianOfColumn(ascending: Column): number {
  const n = ascending.length
  const upper = ascending[n >> 1] as number
  return n % 2 === 1 ? upper : betweenTwo(ascending[(n >> 1) - 1] as number, upper)
}

/** The mean of two numbers, also of the largest there are. */
export function betweenTwo(a: number, b: number): number {
  const sum = a + b
  return Number.isFinite(sum) ? sum / 2 : a / 2 + b / 2
}

/** Percentile rank of a value in a column, ties counted half: 0 below all of it, 100 above all. */
export function midRankIn(ascending: Column, value: number): number {
  return (50 * (countBelow(ascending, value) + countUpTo(ascending, value))) / ascending.length
}

/** How many of the ascending values are < value. */
export function countBelow(ascending: Column, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of the ascending values are <= value. */
export function countUpTo(ascending: Column, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

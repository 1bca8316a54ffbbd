import { countBelow, medianOfColumn, midRankIn } from './columns.js'
import { SlidingWindow } from './sliding-window.js'

/**
 * A sliding window that tells the medians and ranks of the very rows in it. It keeps each feature ascending from the
 * first question on: a record then costs a move of part of a column, and a window that nobody asks costs nothing.
 */
export class RankedWindow extends SlidingWindow {
  /** f32[capacity] by feature, the first `size` of them ascending. */
  #columns: readonly Float32Array[] | null = null

  override push(row: ArrayLike<number>): void {
    const { leaving, size } = this
    this.#columns?.forEach((column, f) => {
      replace(column, size, leaving?.[f], row[f] as number)
    })
    super.push(row)
  }

  override retain(stays: (row: Float32Array, index: number) => boolean): void {
    this.#columns = null
    super.retain(stays)
  }

  /** Median of a feature; there must be a row. */
  median(feature: number): number {
    return medianOfColumn(this.#ascending(feature))
  }

  /** Percentile rank of a value, ties counted half; there must be a row. */
  midRank(feature: number, value: number): number {
    return midRankIn(this.#ascending(feature), value)
  }

  #ascending(feature: number): Float32Array {
    this.#columns ??= this.#ordered()
    return (this.#columns[feature] as Float32Array).subarray(0, this.size)
  }

  #ordered(): Float32Array[] {
    const rows = this.capture()
    const nFeatures = rows.length / this.size
    return Array.from({ length: nFeatures }, (_, f) => {
      const column = new Float32Array(this.capacity)
      for (let i = 0; i < this.size; i++) column[i] = rows[i * nFeatures + f] as number
      column.subarray(0, this.size).sort()
      return column
    })
  }
}

/** Takes one of the n ascending values out, or none while there is room, and puts another in. */
function replace(column: Float32Array, n: number, leaving: number | undefined, value: number): void {
  const values = column.subarray(0, n)
  const from = leaving === undefined ? n : countBelow(values, leaving)
  const to = countBelow(values, value)
  if (to <= from) {
    column.copyWithin(to + 1, to, from)
    column[to] = value
  } else {
    column.copyWithin(from, from + 1, to)
    column[to - 1] = value
  }
}

import type { Arena } from '../../forest/arena.js'
import type { History } from './history.js'

/** The rows seen last: a ring in the arena's window region, f32[capacity][rowStride]. */
export class SlidingWindow implements History {
  readonly capacity: number
  readonly #arena: Arena
  #next = 0
  #size = 0

  /** @param capacity at most what there is room for */
  constructor(arena: Arena, capacity = arena.shape.maxRows) {
    this.#arena = arena
    this.capacity = capacity
  }

  get size(): number {
    return this.#size
  }

  /** The row that the next one takes the place of, f32[nFeatures]; null while there is room. */
  get leaving(): Float32Array | null {
    if (this.#size < this.capacity) return null
    const at = this.#next * this.#arena.rowStride
    return this.#arena.window.subarray(at, at + this.#arena.shape.nFeatures)
  }

  /** Takes in a row of nFeatures values; the oldest leaves when the window is full. */
  push(row: ArrayLike<number>): void {
    const { window, rowStride } = this.#arena
    const at = this.#next * rowStride
    for (let f = 0; f < row.length; f++) window[at + f] = row[f] as number
    this.#next = (this.#next + 1) % this.capacity
    if (this.#size < this.capacity) this.#size += 1
  }

  /** The rows, oldest first, without padding: f32[size][nFeatures]. */
  capture(): Float32Array {
    const { nFeatures } = this.#arena.shape
    const { window, rowStride } = this.#arena
    const rows = new Float32Array(this.#size * nFeatures)
    const oldest = this.#size < this.capacity ? 0 : this.#next
    for (let i = 0; i < this.#size; i++) {
      const at = ((oldest + i) % this.capacity) * rowStride
      rows.set(window.subarray(at, at + nFeatures), i * nFeatures)
    }
    return rows
  }

  /** Takes in captured rows; of more than there is room for, the newest stay. A mere count brings none. */
  restore(rows: number | Float32Array): void {
    this.retain(() => false)
    if (typeof rows === 'number') return
    const { nFeatures } = this.#arena.shape
    for (let at = 0; at < rows.length; at += nFeatures) this.push(rows.subarray(at, at + nFeatures))
  }

  keep(n: number): void {
    const { size } = this
    if (n < size) this.retain((_row, index) => index >= size - n)
  }

  /**
   * Keeps the rows that a question says yes to.
   * @param stays asked of each row, f32[nFeatures], with its index, oldest first
   */
  retain(stays: (row: Float32Array, index: number) => boolean): void {
    const { nFeatures } = this.#arena.shape
    const rows = this.capture()
    const n = this.#size
    this.#next = 0
    this.#size = 0
    for (let i = 0; i < n; i++) {
      const row = rows.subarray(i * nFeatures, (i + 1) * nFeatures)
      if (stays(row, i)) this.push(row)
    }
  }

  /** Copies the rows, oldest first, to where a fit in an arena of this shape reads them; returns how many. */
  copyToTraining({ training }: Arena = this.#arena): number {
    const { window, rowStride } = this.#arena
    const oldest = this.#size < this.capacity ? 0 : this.#next
    const tail = window.subarray(oldest * rowStride, this.#size * rowStride)
    training.set(tail)
    training.set(window.subarray(0, oldest * rowStride), tail.length)
    return this.#size
  }
}

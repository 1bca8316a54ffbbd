import type { StateValue } from '../../state/section.js'

/** The last records seen, however many of them there is room for. */
export interface History {
  /** Records in it. */
  readonly size: number
  /** One more record was seen. */
  push(values: ArrayLike<number>): void
  /** Forgets all but the newest n records. */
  keep(n: number): void
  capture(): StateValue
  /** @param state a number of records, or their rows: f32[size][nFeatures] */
  restore(state: number | Float32Array): void
}

/** A history that nobody reads the values of: it only counts. */
export class RecordCount implements History {
  readonly #capacity: number
  readonly #nFeatures: number
  #size = 0

  constructor(capacity: number, nFeatures: number) {
    this.#capacity = capacity
    this.#nFeatures = nFeatures
  }

  get size(): number {
    return this.#size
  }

  push(): void {
    if (this.#size < this.#capacity) this.#size += 1
  }

  keep(n: number): void {
    this.#size = Math.min(this.#size, n)
  }

  capture(): number {
    return this.#size
  }

  restore(state: number | Float32Array): void {
    const records = typeof state === 'number' ? state : state.length / this.#nFeatures
    this.#size = Math.min(records, this.#capacity)
  }
}

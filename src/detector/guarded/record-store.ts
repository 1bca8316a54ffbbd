import { toLog } from './frame/log-scale.js'

/** Captured records, in the order of their indices. */
export type RecordState = {
  readonly values: Float64Array
  readonly cells: Uint32Array
  readonly routes: readonly string[]
}

/** Records with their features on both scales, in plain arrays: they are written over, never moved. */
export class RecordStore {
  readonly capacity: number
  readonly nFeatures: number
  /** Raw values, f64[capacity][nFeatures]. */
  readonly values: Float64Array
  /** The same on the log scale that each is judged on; valid for the frame they were computed with. */
  readonly logs: Float64Array
  /** Name of the route of each. */
  readonly routes: string[]
  /** Cell of near-identical records that each belongs to; valid for the grid it was computed with. */
  readonly cells: Int32Array
  size = 0

  constructor(capacity: number, nFeatures: number) {
    this.capacity = capacity
    this.nFeatures = nFeatures
    this.values = new Float64Array(capacity * nFeatures)
    this.logs = new Float64Array(capacity * nFeatures)
    this.routes = new Array<string>(capacity).fill('')
    this.cells = new Int32Array(capacity)
  }

  /** Copies record `from` of another store to index `to`, which may be the next free one. */
  copy(to: number, source: RecordStore, from: number): void {
    const n = this.nFeatures
    for (let f = 0; f < n; f++) {
      this.values[to * n + f] = source.values[from * n + f] as number
      this.logs[to * n + f] = source.logs[from * n + f] as number
    }
    this.routes[to] = source.routes[from] as string
    this.cells[to] = source.cells[from] as number
    if (to >= this.size) this.size = to + 1
  }

  /** Keeps the records whose index a question says yes to, in their order; returns how many went. */
  retain(stays: (index: number) => boolean): number {
    const before = this.size
    this.size = 0
    for (let i = 0; i < before; i++) if (stays(i)) this.copy(this.size, this, i)
    return before - this.size
  }

  /** The raw values of one record. */
  valuesOf(index: number): Float64Array {
    return this.values.subarray(index * this.nFeatures, (index + 1) * this.nFeatures)
  }

  /** The records, and their cells; what follows from the values is left out. */
  capture(): RecordState {
    const { size, nFeatures } = this
    return {
      values: this.values.slice(0, size * nFeatures),
      cells: new Uint32Array(this.cells.subarray(0, size)),
      routes: this.routes.slice(0, size),
    }
  }

  /** Takes over captured records, as many as there is room for, to the same indices; their logs are still to be taken. */
  restore({ values, cells, routes }: RecordState): void {
    const n = Math.min(cells.length, this.capacity)
    this.values.set(values.subarray(0, n * this.nFeatures))
    this.cells.set(cells.subarray(0, n))
    for (let i = 0; i < n; i++) this.routes[i] = routes[i] as string
    this.size = n
  }

  /** Copies one feature of all records to `out`, each on the log scale of one unit. */
  logColumn(feature: number, perUnit: number, out: Float64Array): void {
    for (let i = 0; i < this.size; i++)
      out[i] = toLog(this.values[i * this.nFeatures + feature] as number, perUnit)
  }
}

/** Records with their features on both scales, in plain arrays: places are written over, never moved. */
export class RecordStore {
  readonly capacity: number
  readonly nFeatures: number
  /** Raw values, f64[capacity][nFeatures]. */
  readonly values: Float64Array
  /** The same on the log scale. */
  readonly logs: Float64Array
  /** Name of the route of each. */
  readonly routes: string[]
  /** Cell of near-identical records that each belongs to; valid for the grid it was computed with. */
  readonly cells: Uint32Array
  size = 0

  constructor(capacity: number, nFeatures: number) {
    this.capacity = capacity
    this.nFeatures = nFeatures
    this.values = new Float64Array(capacity * nFeatures)
    this.logs = new Float64Array(capacity * nFeatures)
    this.routes = new Array<string>(capacity).fill('')
    this.cells = new Uint32Array(capacity)
  }

  /** Copies place `from` of another store to place `to`, which may be the next free one. */
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

  /** Copies one feature of all records on the log scale to `out`. */
  logColumn(feature: number, out: Float64Array): void {
    for (let i = 0; i < this.size; i++) out[i] = this.logs[i * this.nFeatures + feature] as number
  }

  /** Copies one feature of all records in raw units to `out`. */
  valueColumn(feature: number, out: Float64Array): void {
    for (let i = 0; i < this.size; i++) out[i] = this.values[i * this.nFeatures + feature] as number
  }
}

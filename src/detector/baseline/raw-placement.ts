import type { ColumnScales } from '../../forest/column-scales.js'
import { beyondRange, type ColumnRanges } from '../../forest/range-extension.js'
import { MAX_FLOAT32, scaledValue } from '../../forest/rows.js'
import type { Feature } from '../../telemetry/features.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Context, Placement } from './baseline.js'
import type { DifferencePolicy } from './difference-policy.js'
import { RouteNames } from './route-names.js'

/** Medians and ranks of the records that raw values are compared with; there must be one. */
export interface RawContext {
  median(feature: number): number
  /** Mid-rank of a value, 0 to 100. */
  midRank(feature: number, value: number): number
}

/** What a forest of raw values says of its columns. */
export interface RawColumns {
  /** How values become those that it compares; null where they are those. */
  readonly scales: ColumnScales | null
  /** Beyond which its scores go on growing; null where nothing counts beyond them. */
  readonly ranges: ColumnRanges | null
  /** Rows that it was grown from. */
  readonly nRows: number
}

const PLAIN: RawColumns = { scales: null, ranges: null, nRows: 0 }

/** A record whose raw values the forest compares as they are, as float32, but for columns that would vanish so. */
export class RawPlacement implements Placement {
  readonly values: Float32Array
  readonly row: Float32Array
  /** The forest compares raw values: what it sees is what counts. */
  readonly considered: Float32Array
  beyond: Float64Array | null = null
  readonly novelty = 1
  readonly novel = -1
  readonly scope = 'window'
  nRecords = 0
  readonly #features: readonly Feature[]
  readonly #context: RawContext
  readonly #beyond: Float64Array
  #columns: RawColumns
  #float32 = false
  readonly #names = RouteNames.plain()
  #rawRoute: string | undefined

  constructor(features: readonly Feature[], context: RawContext, columns = PLAIN) {
    this.values = new Float32Array(features.length)
    this.row = new Float32Array(features.length)
    this.#features = features
    this.#context = context
    this.#columns = columns
    this.#beyond = new Float64Array(features.length)
    this.considered = columns.scales === null ? this.row : new Float32Array(features.length)
  }

  /** The forest has these ranges from now on, of float32 values; values are compared as before. */
  set ranges(ranges: Pick<RawColumns, 'ranges' | 'nRows'>) {
    this.#columns = { ...this.#columns, ...ranges }
    this.#float32 = true
  }

  /** It plays no part in the verdict, so it is named when somebody asks. */
  get route(): string {
    return this.#names.of(this.#rawRoute)
  }

  /** Reads a record; what the policy excuses, the forest sees as the median. */
  read(record: Telemetry, nRecords: number, policy: DifferencePolicy | null): void {
    this.nRecords = nRecords
    this.#rawRoute = record.route
    const { scales, ranges, nRows } = this.#columns
    this.beyond = ranges === null ? null : this.#beyond
    for (let f = 0; f < this.values.length; f++) {
      const exact = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
      this.values[f] = exact
      let compared = exact
      if (policy !== null && nRecords > 0) {
        const median = this.#context.median(f)
        if (policy.excuses(f, this.values[f] as number, median)) compared = median
      }
      this.considered[f] = compared
      if (scales !== null) this.row[f] = scaledValue(compared, f, scales)
      if (ranges !== null)
        this.#beyond[f] = beyondRange(this.#float32 ? Math.fround(compared) : compared, f, ranges, nRows)
    }
  }

  /** Before any other record the record itself is all there is to compare it with. */
  context(feature: number): Context {
    const value = this.values[feature] as number
    if (this.nRecords === 0) return { median: value, percentile: 50 }
    return {
      median: this.#context.median(feature),
      percentile: this.#context.midRank(feature, value),
    }
  }
}

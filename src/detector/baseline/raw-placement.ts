import { beyondRange, type ColumnRanges } from '../../forest/range-extension.js'
import type { ColumnScales } from '../../forest/rows.js'
import { MAX_FLOAT32, scaledValue } from '../../forest/rows.js'
import type { Feature } from '../../telemetry/features.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { RouteNames } from '../../telemetry/route-names.js'
import type { Context, Placement } from './baseline.js'
import type { DifferencePolicy } from './difference-policy.js'

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
  missing: Uint8Array | null = null
  readonly #telemetry: TelemetryModel
  readonly #features: readonly Feature[]
  readonly #missing: Uint8Array
  /** The values read last: they stand in for one that is missing while there is nothing else. */
  readonly #last: Float32Array
  readonly #context: RawContext
  readonly #beyond: Float64Array
  #columns: RawColumns
  #float32 = false
  readonly #names = RouteNames.plain()
  #rawRoute: string | undefined

  constructor(telemetry: TelemetryModel, context: RawContext, columns = PLAIN) {
    const { features } = telemetry
    this.#telemetry = telemetry
    this.#missing = new Uint8Array(features.length)
    this.#last = new Float32Array(features.length)
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
  read(record: TelemetryRecord, nRecords: number, policy: DifferencePolicy | null): void {
    this.nRecords = nRecords
    this.#rawRoute = this.#telemetry.routeOf(record)
    this.missing = null
    const { scales, ranges, nRows } = this.#columns
    this.beyond = ranges === null ? null : this.#beyond
    for (let f = 0; f < this.values.length; f++) {
      const found = (this.#features[f] as Feature).extract(record)
      const exact = Number.isNaN(found)
        ? this.#usual(f, nRecords)
        : Math.max(Math.min(found, MAX_FLOAT32), -MAX_FLOAT32)
      this.values[f] = exact
      this.#last[f] = exact
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

  /** What stands in for a value that the record lacks. */
  #usual(feature: number, nRecords: number): number {
    if (this.missing === null) this.missing = this.#missing.fill(0)
    this.missing[feature] = 1
    return nRecords > 0 ? this.#context.median(feature) : (this.#last[feature] as number)
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

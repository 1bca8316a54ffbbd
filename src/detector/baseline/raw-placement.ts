import { MAX_FLOAT32 } from '../../forest/rows.js'
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

/** A record whose raw values the forest compares as they are, as float32. */
export class RawPlacement implements Placement {
  readonly values: Float32Array
  readonly row: Float32Array
  readonly beyond = null
  readonly scope = 'window'
  nRecords = 0
  readonly #features: readonly Feature[]
  readonly #context: RawContext
  readonly #names = new RouteNames()
  #rawRoute: string | undefined

  constructor(features: readonly Feature[], context: RawContext) {
    this.#features = features
    this.#context = context
    this.values = new Float32Array(features.length)
    this.row = new Float32Array(features.length)
  }

  /** The forest compares raw values: what it sees is what counts. */
  get considered(): Float32Array {
    return this.row
  }

  /** It plays no part in the verdict, so it is named when somebody asks. */
  get route(): string {
    return this.#names.of(this.#rawRoute)
  }

  /** Reads a record; what the policy excuses, the forest sees as the median. */
  read(record: Telemetry, nRecords: number, policy: DifferencePolicy | null): void {
    this.nRecords = nRecords
    this.#rawRoute = record.route
    for (let f = 0; f < this.values.length; f++) {
      this.values[f] = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
      const value = this.values[f] as number
      this.row[f] = value
      if (policy === null || nRecords === 0) continue
      const median = this.#context.median(f)
      if (policy.excuses(f, value, median)) this.row[f] = median
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

import { MAX_FLOAT32 } from '../../forest/rows.js'
import type { Feature } from '../../telemetry/features.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Baseline, Context, Sight } from './baseline.js'
import type { AlertPolicy } from './policy.js'
import type { RankedWindow } from './ranked-window.js'

/**
 * What a forest that was fitted elsewhere judges by: raw values, as it knows no routes. It brings no rows along, so
 * medians and ranks are those of the records that came by here.
 */
export class FixedBaseline implements Baseline {
  readonly kind = 'window'
  readonly #features: readonly Feature[]
  /** Null where it would excuse nothing: then nobody needs a median before there is an anomaly. */
  readonly #policy: AlertPolicy | null
  readonly #window: RankedWindow
  readonly #values: Float32Array
  readonly #row: Float32Array
  readonly #sight: Sight & { nRecords: number }

  /** @param window into which the detector puts every record */
  constructor(features: readonly Feature[], policy: AlertPolicy, window: RankedWindow) {
    this.#features = features
    this.#policy = policy.strict ? null : policy
    this.#window = window
    this.#values = new Float32Array(features.length)
    this.#row = new Float32Array(features.length)
    this.#sight = {
      values: this.#values,
      row: this.#row,
      beyond: null,
      scope: 'window',
      nRecords: 0,
      context: (feature) => this.#context(feature),
    }
  }

  place(record: Telemetry): Sight {
    const nRecords = this.#window.size
    this.#sight.nRecords = nRecords
    for (let f = 0; f < this.#values.length; f++) {
      this.#values[f] = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
    }
    this.#row.set(this.#values)
    if (this.#policy !== null && nRecords > 0) this.#excuse(this.#policy)
    return this.#sight
  }

  admit(): void {
    // The detector puts every record into the window.
  }

  copyToTraining(): number {
    return this.#window.copyToTraining()
  }

  adopt(): void {
    // There is no other forest to come.
  }

  capture(): null {
    // The detector keeps the window.
    return null
  }

  restore(): void {
    // The window is restored by the detector.
  }

  #excuse(policy: AlertPolicy): void {
    for (let f = 0; f < this.#row.length; f++) {
      const median = this.#window.median(f)
      if (policy.excuses(f, this.#row[f] as number, median)) this.#row[f] = median
    }
  }

  /** Before any other record the record itself is all there is to compare it with. */
  #context(feature: number): Context {
    const value = this.#values[feature] as number
    if (this.#window.size === 0) return { median: value, percentile: 50 }
    return { median: this.#window.median(feature), percentile: this.#window.midRank(feature, value) }
  }
}

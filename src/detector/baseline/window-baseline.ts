import type { Arena } from '../../forest/arena.js'
import { MAX_FLOAT32 } from '../../forest/rows.js'
import type { Feature } from '../../telemetry/features.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Baseline, Context, FittedSlot, Sight } from './baseline.js'
import { Columns } from './columns.js'
import type { AlertPolicy } from './policy.js'
import type { SlidingWindow } from './sliding-window.js'

/**
 * The plain sliding window: every record is learnt from, and raw values are compared with those of the whole
 * window. What an isolation forest over a window is everywhere else.
 */
export class WindowBaseline implements Baseline {
  readonly kind = 'window'
  readonly #arena: Arena
  readonly #features: readonly Feature[]
  readonly #policy: AlertPolicy
  readonly #window: SlidingWindow
  readonly #values: Float32Array
  readonly #row: Float32Array
  #columns = new Columns([])
  #medians: readonly number[] = []
  readonly #sight: Sight & { nRecords: number }

  /** @param window into which the detector puts every record */
  constructor(arena: Arena, features: readonly Feature[], policy: AlertPolicy, window: SlidingWindow) {
    this.#arena = arena
    this.#features = features
    this.#policy = policy
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
    for (let f = 0; f < this.#values.length; f++) {
      const value = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
      this.#values[f] = value
      const median = this.#medians[f]
      const excused = median !== undefined && this.#policy.excuses(f, this.#values[f] as number, median)
      this.#row[f] = excused ? median : value
    }
    return this.#sight
  }

  admit(): void {
    // The detector puts every record into the window.
  }

  copyToTraining(): number {
    return this.#window.copyToTraining()
  }

  adopt({ slot, nRows }: FittedSlot): void {
    this.#columns = new Columns(this.#features.map((_, index) => this.#arena.column(slot, index)))
    this.#medians = this.#features.map((_, index) => this.#columns.median(index))
    this.#sight.nRecords = nRows
  }

  capture(): null {
    // The detector keeps the window, and the forest its columns.
    return null
  }

  restore(_state: unknown, fitted: FittedSlot | null): void {
    if (fitted !== null) this.adopt(fitted)
  }

  #context(feature: number): Context {
    return {
      median: this.#medians[feature] as number,
      percentile: this.#columns.midRank(feature, this.#values[feature] as number),
    }
  }
}

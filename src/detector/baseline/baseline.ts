import type { StateValue } from '../../state/section.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Scope } from '../verdict.js'

/** What a feature of the record is compared with, for people to read. */
export interface Context {
  readonly median: number
  /** Mid-rank of the record's value, 0 to 100. */
  readonly percentile: number
}

/** A record as a baseline sees it. Valid until the next one is placed. */
export interface Sight {
  /** Raw values in feature order. */
  readonly values: ArrayLike<number>
  /** What the forest compares, f32[nFeatures]. */
  readonly row: Float32Array
  /**
   * How far each feature is beyond all that the forest was grown from, as a multiple of the range: 0 within.
   * Null where nothing counts beyond the range.
   */
  readonly beyond: Float64Array | null
  /** What it is judged against. */
  readonly scope: Scope
  /** Records behind median and percentile. */
  readonly nRecords: number
  context(feature: number): Context
}

/** What a record turned out to be. */
export interface Outcome {
  readonly score: number
  /** Whether the score exceeded the threshold. */
  readonly odd: boolean
}

/** A fit that has ended: what a baseline may want to know of the forest. */
export interface FittedSlot {
  readonly slot: number
  readonly nRows: number
}

/**
 * What the detector learns from: it places a record against what came before, admits it or not, and hands out
 * the rows to grow the next forest from.
 */
export interface Baseline {
  readonly kind: 'guarded' | 'window'
  place(record: Telemetry): Sight
  /** Admits the record placed last; null while there is no forest to have judged it. */
  admit(outcome: Outcome | null): void
  /** Writes rows for a fit to the arena's training region; returns how many. */
  copyToTraining(): number
  /** The forest grown from the rows written last is in use from now on. */
  adopt(fitted: FittedSlot): void
  /** All that the next verdicts depend on. */
  capture(): StateValue
  /** Takes over what was captured; without the forest that went with it, what depends on that is left out. */
  restore(state: StateValue, fitted: FittedSlot | null): void
}

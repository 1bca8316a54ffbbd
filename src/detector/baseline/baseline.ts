import type { StateValue } from '../../state/section.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Scope } from '../verdict.js'

/** What a feature of the record is compared with, for people to read. */
export interface Context {
  readonly median: number
  /** Mid-rank of the record's value, 0 to 100. */
  readonly percentile: number
}

/** A record in the coordinates of a reference. One object serves all records: it holds the one placed last. */
export interface Placement {
  /** Raw values in feature order. */
  readonly values: ArrayLike<number>
  /** What the forest compares, f32[nFeatures]. */
  readonly row: Float32Array
  /**
   * How far each feature is beyond all that the forest was grown from, as a multiple of the range: 0 within.
   * Null where nothing counts beyond the range.
   */
  readonly beyond: Float64Array | null
  /** Which records it is judged against. */
  readonly scope: Scope
  /** Records behind median and percentile. */
  readonly nRecords: number
  context(feature: number): Context
}

/** What the forest makes of a placed record. */
export interface Rating {
  readonly score: number
  /** Whether the score exceeded the threshold. */
  readonly odd: boolean
}

/** What it takes to judge: places a record against what came before it. */
export interface Reference {
  place(record: Telemetry): Placement
}

/** A fit that has ended, as far as a learner wants to know of the forest. */
export interface FittedSlot {
  readonly slot: number
  readonly nRows: number
}

/** What learns: takes records in or keeps them out, and hands out the rows to grow the next forest from. */
export interface Learner {
  readonly kind: 'guarded' | 'window'
  /**
   * Takes in the record just placed, or not.
   * @param placement what `place` returned for it
   * @param rating null while there is no forest
   */
  admit(placement: Placement, rating: Rating | null): void
  /** Writes rows for a fit to the arena's training region; returns how many. */
  copyToTraining(): number
  /** The forest grown from the rows written last is in use from now on. */
  adopt(fitted: FittedSlot): void
  /** All that the next verdicts depend on. */
  capture(): StateValue
  /** Takes over what was captured; without the forest that went with it, what depends on that is left out. */
  restore(state: StateValue, fitted: FittedSlot | null): void
}

/** A learner judges by what it has learnt. */
export interface Baseline extends Reference, Learner {}

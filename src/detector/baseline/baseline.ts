import type { Arena } from '../../forest/arena.js'
import type { StateValue } from '../../state/section.js'
import type { Steps } from '../../state/steps.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import type { Scope } from '../verdict.js'

/** What a feature of the record is compared with, for people to read. */
export interface Context {
  readonly median: number
  /** Mid-rank of the record's value, 0 to 100. */
  readonly percentile: number
}

/** What becomes of a judged record: learnt by the rules, learnt as an ordinary one whatever its score, or kept out. */
export type Treatment = 'usual' | 'expected' | 'never'

/** Whether a learnt record is meant, by the name of its route and its raw values in feature order. */
export type RecordMatch = (route: string, values: ArrayLike<number>) => boolean

/** Records that were taken out of what was learnt. */
export interface Forgotten {
  /** Of those that the next forest would have been grown from. */
  readonly baseline: number
  /** Of those that say what is usual on their route; most are in the baseline, too. */
  readonly profiles: number
  /** Of the odd ones that were kept aside. */
  readonly setAside: number
}

/** A record in the coordinates of a reference. One object serves all records: it holds the one placed last. */
export interface Placement {
  /** Name of its route; empty where it has none. */
  readonly route: string
  /** Raw values in feature order; usual ones in place of those that the record lacks. */
  readonly values: ArrayLike<number>
  /** Which of them the record lacks, u8[nFeatures]: 1 for those; null where it has them all. */
  readonly missing: Uint8Array | null
  /** The same with the median in place of each value whose difference the policy excuses. */
  readonly considered: ArrayLike<number>
  /** What the forest compares, f32[nFeatures]. */
  readonly row: Float32Array
  /**
   * How far each feature is beyond all that the forest was grown from, as a multiple of the range: 0 within.
   * Null where nothing counts beyond the range.
   */
  readonly beyond: Float64Array | null
  /**
   * How likely it is, by how long a feature was constant, that it is not what it always was: the least likely of those
   * that are not. 1 where every feature is what it was, or was never constant.
   */
  readonly novelty: number
  /** The feature that this is said of, -1 for none. */
  readonly novel: number
  /** Which records it is judged against. */
  readonly scope: Scope
  /** Records behind median and percentile. */
  readonly nRecords: number
  context(feature: number): Context
}

/** What the forest makes of a placed record. One object serves all records that a forest rates. */
export interface Rating {
  readonly score: number
  /** Whether the score exceeded the threshold. */
  readonly odd: boolean
}

/** What it takes to judge: places a record against what came before it. */
export interface Reference {
  place(record: TelemetryRecord): Placement
}

/** A fit that has ended, as far as a learner wants to know of the forest. */
export interface FittedSlot {
  readonly slot: number
  readonly nRows: number
}

/** What learns: takes records in or keeps them out, and hands out the rows to grow the next forest from. */
export interface Learner {
  readonly kind: 'guarded' | 'window'
  /** Records that the next forest would be grown from. */
  readonly size: number
  /**
   * Takes in the record just placed, or not.
   * @param placement what `place` returned for it
   * @param rating null while there is no forest
   */
  admit(placement: Placement, rating: Rating | null): void
  /** Writes rows for a fit to the training region of an arena of the learner's shape; returns how many. */
  copyToTraining(into: Arena): number
  /** The forest grown from the rows written last is in use from now on. */
  adopt(fitted: FittedSlot): void
  /** Takes out the records that match. The window keeps no routes: each of its rows counts as one without a route. */
  forget(matches: RecordMatch): Forgotten
  /** The forest is gone, and with it all that only means something beside it. The records stay. */
  unfit(): void
  /** As before the first record. */
  reset(): void
  /**
   * The records that come now may differ for good: evidence of that is believed sooner.
   * @param route name of the route that changed; null for any
   */
  expectChange(route: string | null): void
  /** Of routes with segments that are told apart though they have digits: the names of their profiles, by route. */
  ownNames(): ReadonlyMap<string, readonly string[]>
  /** All that the next verdicts depend on. */
  capture(): StateValue
  /** Takes over what was captured; without the forest that went with it, what depends on that is left out. */
  restore(state: StateValue, fitted: FittedSlot | null): void
  /** The same in steps. */
  restoring(state: StateValue, fitted: FittedSlot | null): Steps
}

/** A learner judges by what it has learnt. */
export interface Baseline extends Reference, Learner {}

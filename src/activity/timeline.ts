import type { StateValue } from '../state/section.js'
import { BucketRing, type RingState } from './bucket-ring.js'
import { emptyColumns } from './empty-columns.js'
import { scoreQuantile } from './score-bins.js'
import { COUNTED, FIRST_ACTION, ODD, RECORDS, Tally } from './tally.js'
import type { TimelineColumns } from './timeline-columns.js'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
/** Five seconds for an hour, one minute for a day. */
const FINE_MS = 5 * SECOND_MS
const FINE_BUCKETS = 720
const COARSE_MS = MINUTE_MS
const COARSE_BUCKETS = 1440
const FINE_A_COARSE = COARSE_MS / FINE_MS

/** The narrowest bucket, and how far back there are any, in milliseconds. */
export const LEAST_STEP_MS = FINE_MS
export const KEPT_MS = COARSE_MS * COARSE_BUCKETS

/** How narrow buckets are: `fineMs` from some time on, and `coarseMs` before that. In milliseconds. */
export interface Resolution {
  readonly fineFromMs: number
  readonly fineMs: number
  readonly coarseMs: number
}

/** A captured timeline. */
export type TimelineState = { readonly fine: RingState; readonly coarse: RingState }

/** What is asked of a timeline, in milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
  /** Width of a bucket; a multiple of those that are kept. */
  readonly stepMs: number
}

/** What somebody who looks now and then has seen. */
export interface TimelineReader {
  /** Where the oldest bucket begins that has changed since, in milliseconds. */
  fromMs: number
  /** How many records there were then. */
  records: number
}

/**
 * What became of the records over the last day, in buckets of fixed width: some 135 KiB, whatever the load. A record
 * costs a few additions; what a bucket is kept as is worked out once it is over, or looked at.
 */
export class Timeline {
  readonly #fine = new BucketRing(FINE_MS, FINE_BUCKETS)
  readonly #coarse = new BucketRing(COARSE_MS, COARSE_BUCKETS)
  /** The bucket that is being filled. */
  readonly #now = new Tally()
  readonly #scratch = new Tally()
  /** Records counted by this process. */
  records = 0
  readonly #readers = new Set<TimelineReader>()
  #startMs = Number.POSITIVE_INFINITY
  #endMs = Number.NEGATIVE_INFINITY

  /**
   * Counts a record.
   * @param bin of its score; -1 where no forest judged
   * @param threshold of that forest
   * @param action where it stands in the order of severity, from 0; -1 for a record that nobody is told of
   */
  see(nowMs: number, bin: number, threshold: number | null, odd: boolean, action: number): void {
    if (nowMs >= this.#endMs || nowMs < this.#startMs) this.#turnTo(nowMs)
    const { counts, scores } = this.#now
    this.records += 1
    counts[RECORDS] = (counts[RECORDS] as number) + 1
    if (odd) counts[ODD] = (counts[ODD] as number) + 1
    if (action >= 0) counts[FIRST_ACTION + action] = (counts[FIRST_ACTION + action] as number) + 1
    if (bin < 0) return
    scores[bin] = (scores[bin] as number) + 1
    this.#now.threshold = threshold ?? Number.NaN
  }

  /** For somebody who looks now and then: what changes from now on. To be ended by `unread`. */
  read(): TimelineReader {
    const reader = { fromMs: this.#startMs, records: this.records }
    this.#readers.add(reader)
    return reader
  }

  unread(reader: TimelineReader): void {
    this.#readers.delete(reader)
  }

  /**
   * Where the oldest bucket begins that records came into since the reader asked last, in milliseconds; records may tell
   * that they came earlier. Infinity where none came.
   */
  changedFromMs(reader: TimelineReader): number {
    const fromMs = this.records === reader.records ? Number.POSITIVE_INFINITY : reader.fromMs
    reader.records = this.records
    // The one that is being filled goes on.
    reader.fromMs = this.#startMs
    return fromMs
  }

  /** Where the narrow buckets begin. */
  fineFromMs(nowMs: number): number {
    return (this.#fine.numberAt(nowMs) - FINE_BUCKETS + 1) * FINE_MS
  }

  resolution(nowMs: number): Resolution {
    return { fineFromMs: this.fineFromMs(nowMs), fineMs: FINE_MS, coarseMs: COARSE_MS }
  }

  /** The sums over the last so many milliseconds, an hour at most, the bucket that is being filled among them. */
  sums(nowMs: number, lastMs: number): Float64Array {
    this.#flush()
    const last = this.#fine.numberAt(nowMs)
    const sums = new Float64Array(COUNTED.length)
    for (let n = last - Math.min(FINE_BUCKETS, lastMs / FINE_MS) + 1; n <= last; n++)
      this.#fine.addCounts(sums, n)
    return sums
  }

  /** Buckets of one width from a time to another, as columns. They begin at multiples of the width. */
  columns({ fromMs, toMs, stepMs }: Span): TimelineColumns {
    this.#flush()
    const ring = stepMs % COARSE_MS === 0 ? this.#coarse : this.#fine
    const perStep = stepMs / ring.widthMs
    const columns = emptyColumns(stepMs / SECOND_MS)
    for (let at = Math.floor(fromMs / stepMs) * stepMs; at <= toMs; at += stepMs) {
      const tally = this.#scratch
      tally.clear()
      const first = ring.numberAt(at)
      for (let n = first; n < first + perStep; n++) ring.addTo(tally, n)
      columns.time.push(at / SECOND_MS)
      columns.records.push(tally.counts[RECORDS] as number)
      columns.odd.push(tally.counts[ODD] as number)
      columns.observe.push(tally.counts[FIRST_ACTION] as number)
      columns.throttle.push(tally.counts[FIRST_ACTION + 1] as number)
      columns.freeze.push(tally.counts[FIRST_ACTION + 2] as number)
      columns.score_median.push(roundedScore(scoreQuantile(tally.scores, 0.5)))
      columns.score_p99.push(roundedScore(scoreQuantile(tally.scores, 0.99)))
      columns.threshold.push(Number.isNaN(tally.threshold) ? null : roundedScore(tally.threshold))
    }
    return columns
  }

  capture(): TimelineState {
    this.#flush()
    return { fine: this.#fine.capture(), coarse: this.#coarse.capture() }
  }

  /** Takes over a captured timeline; what does not fit is left out. */
  restore(state: StateValue): void {
    const { fine, coarse } = (state ?? {}) as Partial<TimelineState>
    if (fine) this.#fine.restore(fine)
    if (coarse) this.#coarse.restore(coarse)
    this.#startMs = Number.POSITIVE_INFINITY
  }

  /** A clock that goes back, and a restart, lead to a bucket that was begun before: it is gone on with. */
  #turnTo(nowMs: number): void {
    this.#flush()
    const number = this.#fine.numberAt(nowMs)
    this.#startMs = number * FINE_MS
    this.#endMs = this.#startMs + FINE_MS
    for (const reader of this.#readers) reader.fromMs = Math.min(reader.fromMs, this.#startMs)
    this.#now.clear()
    this.#fine.addTo(this.#now, number)
  }

  /** Writes the bucket that is being filled, and the wide one around it. */
  #flush(): void {
    if (this.#endMs < this.#startMs || this.#startMs === Number.POSITIVE_INFINITY) return
    const number = this.#fine.numberAt(this.#startMs)
    this.#fine.write(number, this.#now)
    const wide = Math.floor(number / FINE_A_COARSE)
    const sum = this.#scratch
    sum.clear()
    for (let n = wide * FINE_A_COARSE; n < (wide + 1) * FINE_A_COARSE; n++) this.#fine.addTo(sum, n)
    this.#coarse.write(wide, sum)
  }
}

/** To four digits, which are more than a bin tells. */
export function roundedScore(score: number | null): number | null {
  return score === null ? null : Math.round(score * 1e4) / 1e4
}

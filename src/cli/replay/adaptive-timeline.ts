import { emptyColumns } from '../../activity/empty-columns.js'
import { scoreBin, scoreQuantile } from '../../activity/score-bins.js'
import { FIRST_ACTION, ODD, RECORDS, Tally } from '../../activity/tally.js'
import type { TimelineColumns } from '../../activity/timeline-columns.js'
import { ACTIONS } from '../../alerts/evidence/grade.js'
import type { Judgement } from '../../sentinel.js'

/** Buckets at most: a chart has no more pixels. */
const BUCKETS_MOST = 1000
const FIRST_STEP_S = 1

/**
 * What became of the records over a time of any length: in buckets that become twice as wide whenever there would be too
 * many of them.
 */
export class AdaptiveTimeline {
  #stepS = FIRST_STEP_S
  /** By the number of the bucket, counted since 1970 in its width. */
  #buckets = new Map<number, Tally>()
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY

  /** @param timeMs milliseconds since 1970 */
  see(timeMs: number, { verdict, anomaly }: Judgement): void {
    const tally = this.#at(timeMs)
    const { counts, scores } = tally
    const { score, threshold, detector } = verdict
    add(counts, RECORDS, 1)
    if (anomaly !== null) add(counts, FIRST_ACTION + ACTIONS.indexOf(anomaly.action), 1)
    if (detector !== 'forest' || threshold === null) return
    if (score > threshold) add(counts, ODD, 1)
    add(scores, scoreBin(score), 1)
    tally.threshold = threshold
  }

  /** All buckets from the first to the last as columns, those without a record, too. */
  columns(): TimelineColumns {
    const columns = emptyColumns(this.#stepS)
    const none = new Tally()
    for (let n = this.#first; n <= this.#last; n++) {
      const { counts, scores, threshold } = this.#buckets.get(n) ?? none
      columns.time.push(n * this.#stepS)
      columns.records.push(counts[RECORDS] as number)
      columns.odd.push(counts[ODD] as number)
      columns.observe.push(counts[FIRST_ACTION] as number)
      columns.throttle.push(counts[FIRST_ACTION + 1] as number)
      columns.freeze.push(counts[FIRST_ACTION + 2] as number)
      columns.score_median.push(scoreQuantile(scores, 0.5))
      columns.score_p99.push(scoreQuantile(scores, 0.99))
      columns.threshold.push(Number.isNaN(threshold) ? null : threshold)
    }
    return columns
  }

  #at(timeMs: number): Tally {
    for (;;) {
      const number = Math.floor(timeMs / 1000 / this.#stepS)
      const first = Math.min(this.#first, number)
      const last = Math.max(this.#last, number)
      if (last - first < BUCKETS_MOST) {
        this.#first = first
        this.#last = last
        return this.#bucket(number)
      }
      this.#widen()
    }
  }

  #bucket(number: number): Tally {
    const known = this.#buckets.get(number)
    if (known !== undefined) return known
    const tally = new Tally()
    this.#buckets.set(number, tally)
    return tally
  }

  #widen(): void {
    const narrow = [...this.#buckets].sort(([a], [b]) => a - b)
    this.#buckets = new Map()
    this.#stepS *= 2
    this.#first = Math.floor(this.#first / 2)
    this.#last = Math.floor(this.#last / 2)
    for (const [number, { counts, scores, threshold }] of narrow) {
      const wide = this.#bucket(Math.floor(number / 2))
      for (const [i, count] of counts.entries()) add(wide.counts, i, count)
      for (const [i, count] of scores.entries()) add(wide.scores, i, count)
      if (!Number.isNaN(threshold)) wide.threshold = threshold
    }
  }
}

function add(to: Float64Array, place: number, count: number): void {
  to[place] = (to[place] as number) + count
}

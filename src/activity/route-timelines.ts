import type { StateValue } from '../state/section.js'
import { isRouteBuckets, type RouteBucketsState } from './kept-buckets.js'
import { RouteBuckets } from './route-buckets.js'
import { RouteTally } from './route-tally.js'
import { COUNTED, FIRST_ACTION, ODD, RECORDS } from './tally.js'
import { type Resolution, roundedScore, type Span } from './timeline.js'
import type { TimelineColumns } from './timeline-columns.js'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** Twenty seconds for an hour, and for what of the hour lies before the first whole bucket; ten minutes for a day. */
const FINE_MS = 20 * SECOND_MS
const FINE_BUCKETS = HOUR_MS / FINE_MS + 2
const COARSE_MS = 10 * MINUTE_MS
const COARSE_BUCKETS = 144

/** The captured timeline of one route. */
export type RouteTimelineState = { readonly fine: RouteBucketsState; readonly coarse: RouteBucketsState }

/** Counts of an hour. */
export interface HourCounts {
  readonly records: number
  readonly odd: number
  readonly alerts: number
}

/** What became of the records of each of some routes over the last day: 7 KiB a route. */
export class RouteTimelines {
  readonly #fine: RouteBuckets
  readonly #coarse: RouteBuckets
  readonly #sums = new Float64Array(COUNTED.length)

  constructor(routes: number) {
    this.#fine = new RouteBuckets(routes, FINE_MS, FINE_BUCKETS)
    this.#coarse = new RouteBuckets(routes, COARSE_MS, COARSE_BUCKETS)
  }

  see(slot: number, nowMs: number, bin: number, odd: boolean, action: number): void {
    this.#fine.see(slot, nowMs, bin, odd, action)
    this.#coarse.see(slot, nowMs, bin, odd, action)
  }

  /** How narrow its buckets are, and from when on. */
  resolution(nowMs: number): Resolution {
    const fineFromMs = (this.#fine.numberAt(nowMs) - FINE_BUCKETS + 1) * FINE_MS
    return { fineFromMs, fineMs: FINE_MS, coarseMs: COARSE_MS }
  }

  /** Over the last hour, the bucket that is being filled among it. */
  hour(slot: number, nowMs: number): HourCounts {
    const sums = this.#sums.fill(0)
    const last = this.#fine.numberAt(nowMs)
    this.#fine.addCounts(sums, slot, last - HOUR_MS / FINE_MS + 1, last)
    const of = (place: number): number => sums[place] as number
    const alerts = of(FIRST_ACTION) + of(FIRST_ACTION + 1) + of(FIRST_ACTION + 2)
    return { records: of(RECORDS), odd: of(ODD), alerts }
  }

  /**
   * The part that a route has in the columns of all records.
   * @param slot undefined for a route that is not known
   * @param span as the columns are; its step a multiple of `fineMs` or `coarseMs` of the resolution
   */
  columns(slot: number | undefined, { stepMs }: Span, all: TimelineColumns): TimelineColumns {
    const buckets = stepMs % COARSE_MS === 0 ? this.#coarse : this.#fine
    const perStep = stepMs / buckets.widthMs
    const tallies = all.time.map((seconds) => {
      const tally = new RouteTally()
      const first = buckets.numberAt(seconds * SECOND_MS)
      if (slot !== undefined) for (let n = first; n < first + perStep; n++) buckets.addTo(tally, slot, n)
      return tally
    })
    const counted = (place: number): number[] => tallies.map(({ counts }) => counts[place] as number)
    return {
      ...all,
      records: counted(RECORDS),
      odd: counted(ODD),
      observe: counted(FIRST_ACTION),
      throttle: counted(FIRST_ACTION + 1),
      freeze: counted(FIRST_ACTION + 2),
      score_median: tallies.map(({ median }) => roundedScore(median)),
      score_p99: tallies.map(({ p99 }) => roundedScore(p99)),
    }
  }

  clear(slot: number): void {
    this.#fine.clear(slot)
    this.#coarse.clear(slot)
  }

  capture(slot: number): RouteTimelineState {
    return { fine: this.#fine.capture(slot), coarse: this.#coarse.capture(slot) }
  }

  /** Takes over a captured timeline, which has the right shape. */
  restore(slot: number, { fine, coarse }: RouteTimelineState): void {
    this.#fine.restore(slot, fine)
    this.#coarse.restore(slot, coarse)
  }
}

/** Whether something that a state holds is the timeline of a route. */
export function isRouteTimeline(value: unknown): value is RouteTimelineState {
  if (typeof value !== 'object' || value === null) return false
  const { fine, coarse } = value as { readonly [name: string]: StateValue }
  return isRouteBuckets(fine) && isRouteBuckets(coarse)
}

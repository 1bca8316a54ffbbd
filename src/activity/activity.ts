import type { Alert } from '../alerts/alarm.js'
import { ACTIONS } from '../alerts/evidence/grade.js'
import type { Verdict } from '../detector/verdict.js'
import type { StateValue } from '../state/section.js'
import type { AlertLevels } from './alert-levels.js'
import type { RouteState } from './kept-route.js'
import { RarityCounts, type RarityState } from './rarity-counts.js'
import { RouteActivity } from './route-activity.js'
import type { RouteFigures } from './route-figures.js'
import { scoreBin } from './score-bins.js'
import { RECORDS } from './tally.js'
import { type Resolution, type Span, Timeline, type TimelineState } from './timeline.js'
import type { TimelineColumns } from './timeline-columns.js'

const HOUR_MS = 3_600_000
const NO_ACTION = -1
const NO_BIN = -1

export interface ActivityOptions {
  /** Names of the features, in column order. */
  readonly features: readonly string[]
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Whether records are the time: then it is that of the newest, whichever of several baselines judged it. */
  readonly told?: boolean
}

/** What is kept of it over a restart. */
export type ActivityState = {
  readonly timeline: TimelineState
  readonly rarity: RarityState
  /** When the newest record came, where records are the time. */
  readonly newestMs?: number
  /** Older states have none. */
  readonly routes?: readonly RouteState[]
}

/** A record as the detector placed it. */
export interface SeenRecord {
  readonly route: string
  readonly values: ArrayLike<number>
}

/**
 * What was seen lately, for people to look at: over time, by route, and by how rare it was. Nothing that is decided
 * depends on it. It takes the same memory whatever comes.
 */
export class Activity {
  readonly timeline = new Timeline()
  readonly #routes: RouteActivity
  readonly #rarity = new RarityCounts()
  readonly #features: readonly string[]
  readonly #clock: () => number
  readonly #told: boolean
  #newestMs = 0

  constructor({ features, clock, told = false }: ActivityOptions) {
    this.#features = features
    this.#clock = clock
    this.#told = told
    this.#routes = new RouteActivity(features.length)
  }

  /** What time it is by the clock that records are counted by, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#told ? Math.max(this.#newestMs, this.#clock()) : this.#clock()
  }

  /**
   * Counts a judged record.
   * @param p chance that an ordinary record is as rare; null where nobody knows
   * @param alert what somebody is told; null for nobody
   * @param rate share of ordinary records that may be alerted; null where the labels decide
   */
  see(
    nowMs: number,
    record: SeenRecord,
    verdict: Verdict,
    p: number | null,
    alert: Alert | null,
    rate: number | null,
  ): void {
    if (nowMs > this.#newestMs) this.#newestMs = nowMs
    const { anomalous, score, threshold } = verdict
    const action = alert === null ? NO_ACTION : ACTIONS.indexOf(alert.action)
    const bin = verdict.detector === 'forest' && threshold !== null ? scoreBin(score) : NO_BIN
    this.timeline.see(nowMs, bin, threshold, anomalous, action)
    this.#routes.see(nowMs, record.route, record.values, bin, anomalous, action)
    if (rate === null) return
    const alone = alert === null || (alert.incident === null && p !== null && p <= rate)
    this.#rarity.see(nowMs, p, !alone)
  }

  /** How narrow the buckets of the timeline are, or of the timeline of a route. */
  resolution(of: 'all' | 'route', nowMs: number): Resolution {
    return (of === 'all' ? this.timeline : this.#routes).resolution(nowMs)
  }

  /** The timeline of one route, as that of all records; with the threshold, which is the same. */
  columnsOf(route: string, span: Span): TimelineColumns {
    return this.#routes.columns(route, span, this.timeline.columns(span))
  }

  /** The routes of the last hour, those with the most records first; or the one that is asked for. */
  routes(only?: string): RouteFigures[] {
    const { nowMs } = this
    const total = this.timeline.sums(nowMs, HOUR_MS)[RECORDS] as number
    return this.#routes.list(nowMs, this.#features, total, only)
  }

  /** A route with the last values of each feature; undefined for one that is not known. */
  routeWithValues(route: string): RouteFigures | undefined {
    const [figures] = this.routes(route)
    if (figures === undefined) return undefined
    const features = figures.features.map((one, f) => ({ ...one, recent: this.#routes.recent(route, f) }))
    return { ...figures, features }
  }

  /** How many alerts other rates would have raised in the last hour. */
  alertLevels(rate: number | null): AlertLevels {
    const { nowMs } = this
    const span = { from: new Date(nowMs - HOUR_MS).toISOString(), to: new Date(nowMs).toISOString() }
    const { records, anyway, levels } = this.#rarity.levels(nowMs)
    return { ...span, records, alert_rate: rate, anyway, levels: rate === null ? [] : levels }
  }

  capture(): ActivityState {
    return {
      timeline: this.timeline.capture(),
      rarity: this.#rarity.capture(),
      ...(this.#told && { newestMs: this.#newestMs }),
      routes: this.#routes.capture(),
    }
  }

  /** Takes over what was captured; what does not fit is left out, for nothing depends on it. */
  restore(state: StateValue): void {
    const { timeline, rarity, routes, newestMs } = (state ?? {}) as Partial<ActivityState>
    if (timeline) this.timeline.restore(timeline)
    if (rarity) this.#rarity.restore(rarity)
    this.#routes.restore(routes)
    if (typeof newestMs === 'number') this.#newestMs = newestMs
  }
}

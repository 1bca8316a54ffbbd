import { LateList } from '../state/late.js'
import type { StateValue } from '../state/section.js'
import { isKeptRoute, type RouteState } from './kept-route.js'
import type { FeatureFigures, RouteFigures } from './route-figures.js'
import { RouteTimelines } from './route-timelines.js'
import type { Resolution, Span } from './timeline.js'
import type { TimelineColumns } from './timeline-columns.js'

/** Routes that are looked after at a time. */
export const ROUTES_KEPT = 500
/** Last values of each feature that are kept of a route: a power of two, so that a place in the ring costs no division. */
export const VALUES_KEPT = 64
/** Values are kept as f32, and none as infinite. */
const LARGEST_VALUE = 2 ** 127 * (2 - 2 ** -23)
const MEDIAN = 0.5
const P95 = 0.95

/**
 * What came of each route lately: counts over time, and the last values of each feature. All of it is in arrays that are
 * made once. When one route more is needed, one that did not come since the last sweep goes, so that a flood of new names
 * pushes out itself.
 */
export class RouteActivity {
  readonly #nFeatures: number
  readonly #slots = new Map<string, number>()
  readonly #names: string[] = []
  readonly #used = new Uint8Array(ROUTES_KEPT)
  readonly #timelines = new RouteTimelines(ROUTES_KEPT)
  /** f32[ROUTES_KEPT][VALUES_KEPT][nFeatures]: a ring for each route. */
  readonly #values: Float32Array
  /** How many records of it came since it is known; after four thousand million it begins anew, and so does the ring. */
  readonly #seen = new Uint32Array(ROUTES_KEPT)
  readonly #lastAlertMs = new Float64Array(ROUTES_KEPT)
  /** For hundreds of routes at a time: values of one feature. */
  readonly #scratch = new Float32Array(VALUES_KEPT)
  #hand = 0
  /** What is being captured. */
  #late: LateList<number, RouteState> | null = null

  constructor(nFeatures: number) {
    this.#nFeatures = nFeatures
    this.#values = new Float32Array(ROUTES_KEPT * VALUES_KEPT * nFeatures)
  }

  /**
   * Counts a record of a route.
   * @param bin of its score; -1 where no forest judged
   * @param action where it stands in the order of severity, from 0; -1 for a record that nobody is told of
   */
  see(
    nowMs: number,
    route: string,
    values: ArrayLike<number>,
    bin: number,
    odd: boolean,
    action: number,
  ): void {
    let slot = this.#slots.get(route)
    if (slot === undefined) slot = this.#enter(route)
    else {
      if (this.#late !== null) this.#keep(slot)
      this.#used[slot] = 1
    }
    this.#timelines.see(slot, nowMs, bin, odd, action)
    if (action >= 0) this.#lastAlertMs[slot] = nowMs
    const n = this.#seen[slot] as number
    this.#seen[slot] = n + 1
    const at = (slot * VALUES_KEPT + (n & (VALUES_KEPT - 1))) * this.#nFeatures
    for (let f = 0; f < this.#nFeatures; f++)
      this.#values[at + f] = Math.min(Math.max(values[f] as number, -LARGEST_VALUE), LARGEST_VALUE)
  }

  /**
   * The routes of the last hour, those with the most records first.
   * @param total records of all routes in that time
   * @param only the name of the one that is asked for
   */
  list(nowMs: number, features: readonly string[], total: number, only?: string): RouteFigures[] {
    const figures: RouteFigures[] = []
    for (const [route, slot] of this.#slots) {
      if (only !== undefined && route !== only) continue
      const { records, odd, alerts } = this.#timelines.hour(slot, nowMs)
      if (records === 0 && only === undefined) continue
      const lastMs = this.#lastAlertMs[slot] as number
      figures.push({
        route,
        records,
        share: total === 0 ? 0 : Math.min(1, records / total),
        odd,
        alerts,
        last_alert: lastMs === 0 ? null : new Date(lastMs).toISOString(),
        features: features.map((feature, f) => this.#figuresOf(slot, f, feature)),
      })
    }
    return figures.sort((a, b) => b.records - a.records)
  }

  /** The last values of a feature, oldest first; empty for a route that is not known. */
  recent(route: string, feature: number): number[] {
    const slot = this.#slots.get(route)
    if (slot === undefined) return []
    const seen = this.#seen[slot] as number
    const n = Math.min(seen, VALUES_KEPT)
    return Array.from({ length: n }, (_, i) => this.#valueAt(slot, (seen - n + i) % VALUES_KEPT, feature))
  }

  /** How narrow the buckets of a route are. */
  resolution(nowMs: number): Resolution {
    return this.#timelines.resolution(nowMs)
  }

  /** The part that a route has in the columns of all records; nothing of them where it is not known. */
  columns(route: string, span: Span, all: TimelineColumns): TimelineColumns {
    return this.#timelines.columns(this.#slots.get(route), span, all)
  }

  /** The routes are captured late, one by one. */
  capture(): readonly RouteState[] {
    this.#late?.finish()
    this.#late = new LateList([...this.#slots.values()], (slot: number) => this.#captured(slot))
    return this.#late.asList()
  }

  /** Takes over captured routes; what does not fit is left out. */
  restore(states: StateValue | undefined): void {
    if (!Array.isArray(states)) return
    for (const state of states.slice(0, ROUTES_KEPT)) {
      if (!isKeptRoute(state, VALUES_KEPT * this.#nFeatures) || this.#slots.has(state.route)) continue
      const slot = this.#enter(state.route)
      this.#used[slot] = state.used ? 1 : 0
      this.#seen[slot] = state.seen
      this.#lastAlertMs[slot] = state.lastAlertMs
      this.#values.set(state.values, slot * state.values.length)
      this.#timelines.restore(slot, state.timeline)
    }
  }

  #captured(slot: number): RouteState {
    const nValues = VALUES_KEPT * this.#nFeatures
    return {
      route: this.#names[slot] as string,
      used: this.#used[slot] === 1,
      seen: this.#seen[slot] as number,
      lastAlertMs: this.#lastAlertMs[slot] as number,
      values: this.#values.slice(slot * nValues, (slot + 1) * nValues),
      timeline: this.#timelines.capture(slot),
    }
  }

  #keep(slot: number): void {
    if (this.#late?.done === false) this.#late.keep(slot)
    else this.#late = null
  }

  #figuresOf(slot: number, f: number, feature: string): FeatureFigures {
    const n = Math.min(this.#seen[slot] as number, VALUES_KEPT)
    for (let i = 0; i < n; i++) this.#scratch[i] = this.#valueAt(slot, i, f)
    const values = this.#scratch.subarray(0, n).sort()
    return { feature, median: quantile(values, MEDIAN), p95: quantile(values, P95) }
  }

  #valueAt(slot: number, place: number, feature: number): number {
    return this.#values[(slot * VALUES_KEPT + place) * this.#nFeatures + feature] as number
  }

  #enter(route: string): number {
    const full = this.#names.length === ROUTES_KEPT
    const slot = full ? this.#evict() : this.#names.length
    this.#late?.leaveOut(slot)
    this.#names[slot] = route
    this.#slots.set(route, slot)
    this.#used[slot] = 0
    this.#seen[slot] = 0
    this.#lastAlertMs[slot] = 0
    this.#timelines.clear(slot)
    return slot
  }

  #evict(): number {
    for (;;) {
      const slot = this.#hand
      this.#hand = (slot + 1) % ROUTES_KEPT
      if (this.#used[slot] === 0) {
        if (this.#late !== null) this.#keep(slot)
        this.#slots.delete(this.#names[slot] as string)
        return slot
      }
      this.#used[slot] = 0
    }
  }
}

/** By linear interpolation, of sorted values; 0 of none. To seven digits, which is what is kept. */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? 0
  const above = sorted[Math.ceil(at)] ?? 0
  return sevenDigits(below + (above - below) * (at - Math.floor(at)))
}

/** As `toPrecision(7)` in a fifth of the time, where that can be had. */
function sevenDigits(value: number): number {
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e7) return Number(value.toPrecision(7))
  const scale = 10 ** (6 - Math.floor(Math.log10(size)))
  return Math.round(value * scale) / scale
}

import { RouteCounts } from './route-counts.js'
import type { FeatureFigures, RouteFigures } from './route-figures.js'

/** Routes that are looked after at a time. */
export const ROUTES_KEPT = 500
/** Last values of each feature that are kept of a route: a power of two, so that a place in the ring costs no division. */
export const VALUES_KEPT = 64
const MEDIAN = 0.5
const P95 = 0.95

/**
 * What came of each route lately: counts over the last hour, and the last values of each feature. All of it is in arrays
 * that are made once. When one route more is needed, one that did not come since the last sweep goes, so that a flood of
 * new names pushes out itself.
 */
export class RouteActivity {
  readonly #nFeatures: number
  readonly #slots = new Map<string, number>()
  readonly #names: string[] = []
  readonly #used = new Uint8Array(ROUTES_KEPT)
  readonly #counts = new RouteCounts(ROUTES_KEPT)
  /** f32[ROUTES_KEPT][VALUES_KEPT][nFeatures]: a ring for each route. */
  readonly #values: Float32Array
  /** How many records of it came since it is known; after four thousand million it begins anew, and so does the ring. */
  readonly #seen = new Uint32Array(ROUTES_KEPT)
  readonly #lastAlertMs = new Float64Array(ROUTES_KEPT)
  #hand = 0

  constructor(nFeatures: number) {
    this.#nFeatures = nFeatures
    this.#values = new Float32Array(ROUTES_KEPT * VALUES_KEPT * nFeatures)
  }

  /** Counts a record of a route. */
  see(nowMs: number, route: string, values: ArrayLike<number>, odd: boolean, alerted: boolean): void {
    let slot = this.#slots.get(route)
    if (slot === undefined) slot = this.#enter(route)
    else this.#used[slot] = 1
    this.#counts.see(slot, nowMs, odd, alerted)
    if (alerted) this.#lastAlertMs[slot] = nowMs
    const seen = this.#seen[slot] as number
    this.#seen[slot] = seen + 1
    const at = (slot * VALUES_KEPT + (seen & (VALUES_KEPT - 1))) * this.#nFeatures
    for (let f = 0; f < this.#nFeatures; f++) this.#values[at + f] = values[f] as number
  }

  /**
   * The routes of the last hour, those with the most records first.
   * @param only the name of the one that is asked for
   */
  list(nowMs: number, features: readonly string[], only?: string): RouteFigures[] {
    const total = this.#counts.total(nowMs).records
    const figures: RouteFigures[] = []
    for (const [route, slot] of this.#slots) {
      if (only !== undefined && route !== only) continue
      const { records, odd, alerts } = this.#counts.of(slot, nowMs)
      if (records === 0 && only === undefined) continue
      const lastMs = this.#lastAlertMs[slot] as number
      figures.push({
        route,
        records,
        share: total === 0 ? 0 : records / total,
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

  #figuresOf(slot: number, f: number, feature: string): FeatureFigures {
    const n = Math.min(this.#seen[slot] as number, VALUES_KEPT)
    const values = Float32Array.from({ length: n }, (_, i) => this.#valueAt(slot, i, f)).sort()
    return { feature, median: quantile(values, MEDIAN), p95: quantile(values, P95) }
  }

  #valueAt(slot: number, place: number, feature: number): number {
    return this.#values[(slot * VALUES_KEPT + place) * this.#nFeatures + feature] as number
  }

  #enter(route: string): number {
    const full = this.#names.length === ROUTES_KEPT
    const slot = full ? this.#evict() : this.#names.length
    this.#names[slot] = route
    this.#slots.set(route, slot)
    this.#used[slot] = 0
    this.#seen[slot] = 0
    this.#lastAlertMs[slot] = 0
    this.#counts.clear(slot)
    return slot
  }

  #evict(): number {
    for (;;) {
      const slot = this.#hand
      this.#hand = (slot + 1) % ROUTES_KEPT
      if (this.#used[slot] === 0) {
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
  return Number((below + (above - below) * (at - Math.floor(at))).toPrecision(7))
}

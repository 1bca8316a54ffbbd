import { hasShape, is } from '../state/shape.js'
import { isRouteTimeline, type RouteTimelineState } from './route-timelines.js'

/** Longer than any name of a route. */
const LONGEST_NAME = 256
/** What JavaScript's dates reach. */
const LATEST_MS = 8.64e15

/** A route as it is captured. */
export type RouteState = {
  readonly route: string
  /** Whether it came since the last sweep. */
  readonly used: boolean
  /** Records of it since it is known. */
  readonly seen: number
  /** Milliseconds since 1970; 0 for never. */
  readonly lastAlertMs: number
  /** f32[VALUES_KEPT][nFeatures]: a ring. */
  readonly values: Float32Array
  readonly timeline: RouteTimelineState
}

/**
 * Whether something that a state holds can be shown as a route.
 * @param nValues length of the ring
 */
export function isKeptRoute(item: unknown, nValues: number): item is RouteState {
  return hasShape<RouteState>(item, {
    route: (route) => typeof route === 'string' && route.length <= LONGEST_NAME,
    used: is.flag,
    seen: is.count,
    lastAlertMs: (ms) => is.amount(ms) && Number(ms) <= LATEST_MS,
    values: (values) =>
      values instanceof Float32Array && values.length === nValues && values.every(Number.isFinite),
    timeline: isRouteTimeline,
  })
}

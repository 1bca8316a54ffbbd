import { gaussian, mulberry32 } from './random.js'
import type { TimedRecord } from './timed-traffic.js'

/** A route of a web app: most have one kind of records and no input, so that those of another kind stand out among them. */
interface Route {
  readonly name: string
  readonly weight: number
  readonly latencyMs: number
  readonly spread: number
  /** Share of answers from a cache, and how long these take. */
  readonly cached: number
  readonly cachedMs: number
  /** Length of its input in bytes; 0 for none. */
  readonly length: number
}

const ROUTES: readonly Route[] = [
  { name: '/health', weight: 0.25, latencyMs: 0.3, spread: 0.4, cached: 0, cachedMs: 0, length: 0 },
  { name: '/users/:id', weight: 0.3, latencyMs: 6, spread: 0.4, cached: 0, cachedMs: 0, length: 0 },
  { name: '/search', weight: 0.15, latencyMs: 60, spread: 0.6, cached: 0, cachedMs: 0, length: 0 },
  { name: '/orders', weight: 0.1, latencyMs: 40, spread: 0.3, cached: 0.3, cachedMs: 4, length: 400 },
  { name: '/report', weight: 0.02, latencyMs: 900, spread: 0.3, cached: 0, cachedMs: 0, length: 0 },
  { name: '/static/:file', weight: 0.18, latencyMs: 0.3, spread: 0.4, cached: 0, cachedMs: 0, length: 0 },
]
const CACHE_SPREAD = 0.2
const LENGTH_SPREAD = 0.7
const START_MS = Date.UTC(2026, 0, 5)
/** 80 records a second. */
const GAP_MS = 12.5

/** Ordinary traffic of a small web app, as an adapter measures it: in milliseconds that were begun. */
export function appTraffic(seed: number, count: number): TimedRecord[] {
  const random = mulberry32(seed * 17 + 3)
  const logNormal = (median: number, spread: number): number => median * Math.exp(spread * gaussian(random))
  let timeMs = START_MS
  return Array.from({ length: count }, () => {
    timeMs -= Math.log(1 - random.uniform()) * GAP_MS
    const { name, latencyMs, spread, cached, cachedMs, length } = pick(random.uniform())
    const fast = random.uniform() < cached
    return {
      latency: Math.ceil(fast ? logNormal(cachedMs, CACHE_SPREAD) : logNormal(latencyMs, spread)),
      input_length: length === 0 ? 0 : Math.round(logNormal(length, LENGTH_SPREAD)),
      errors: 0,
      route: name,
      timeMs: Math.round(timeMs),
      label: 0,
      kind: 'normal',
      attack: -1,
    }
  })
}

function pick(share: number): Route {
  let left = share
  return (
    ROUTES.find(({ weight }) => {
      left -= weight
      return left < 0
    }) ?? (ROUTES[0] as Route)
  )
}

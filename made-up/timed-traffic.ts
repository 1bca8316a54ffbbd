import { gaussian, mulberry32 } from './random.js'
import type { RoutedRecord } from './traffic.js'

/** A record, when it came, and which attack it belongs to. */
export type TimedRecord = Omit<RoutedRecord, 'route'> & {
  readonly route?: string
  /** Since 1970. */
  readonly timeMs: number
  /** `normal`, or the kind of attack. */
  readonly kind: string
  /** Number of the attack; -1 for none, and for what is not asked to be found. */
  readonly attack: number
}

/** What traffic is made of. A recipe gives the same records every time. */
export interface Recipe {
  readonly seed: number
  readonly count: number
  readonly hours: number
  /** Share of routes whose latency and length end in a Pareto tail. */
  readonly heavy: number
  /** Depth of the daily cycle, 0 for none: volume by it, latency by half of it, on the log scale. */
  readonly cycle: number
  /** Volume left at weekends, 1 for none. */
  readonly weekend: number
}

interface Route {
  readonly name: string
  readonly weight: number
  readonly latencyMs: number
  readonly length: number
  /** Standard deviations on the log scale. */
  readonly spread: number
  readonly lengthSpread: number
  readonly errorShare: number
  /** Pareto exponent of the upper tail; 0 for a log-normal one. */
  readonly tail: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5)
/** Share of records in a Pareto tail. */
const TAIL_SHARE = 0.05
const NAMES = ['/health', '/login', '/search', '/cart', '/upload', '/report', '/profile', '/export']

export const TRAFFIC_KINDS = ['made', 'heavy', 'day', 'weeks'] as const
export type TrafficKind = (typeof TRAFFIC_KINDS)[number]

/** Records where nothing else is said. */
const COUNTS: Readonly<Record<TrafficKind, number>> = {
  made: 60_000,
  heavy: 60_000,
  day: 90_000,
  weeks: 90_000,
}

/** Steady traffic at 50 a second, the same with heavy tails, a day with its cycle, two weeks with weekends. */
export function recipeOf(kind: TrafficKind, seed: number, count = COUNTS[kind]): Recipe {
  const steady = { seed, count, hours: count / 180_000, heavy: 0.2, cycle: 0, weekend: 1 }
  if (kind === 'heavy') return { ...steady, heavy: 1 }
  if (kind === 'day') return { ...steady, hours: 24, cycle: 0.6 }
  if (kind === 'weeks') return { ...steady, hours: 336, cycle: 0.6, weekend: 0.4 }
  return steady
}

/** Ordinary traffic over five to eight routes, each with its own medians, spreads and tails. */
export function timedTraffic(recipe: Recipe): TimedRecord[] {
  const random = mulberry32(recipe.seed)
  const normals = mulberry32(recipe.seed + 1_000_003)
  const routes = routesOf(recipe)
  const total = routes.reduce((sum, route) => sum + route.weight, 0)
  const perMs = recipe.count / (recipe.hours * HOUR_MS)
  let timeMs = START_MS
  return Array.from({ length: recipe.count }, () => {
    const day = Math.sin((2 * Math.PI * (timeMs - START_MS)) / DAY_MS)
    const weekend = Math.floor((timeMs - START_MS) / DAY_MS) % 7 >= 5 ? recipe.weekend : 1
    timeMs += -Math.log(1 - random.uniform()) / (perMs * weekend * Math.exp(recipe.cycle * day))
    let pick = random.uniform() * total
    const found = routes.find(({ weight }) => {
      pick -= weight
      return pick < 0
    })
    const route = found ?? (routes[0] as Route)
    const level = Math.exp(0.5 * recipe.cycle * day)
    const body = (spread: number): number => {
      const heavy = route.tail > 0 && random.uniform() < TAIL_SHARE
      return heavy
        ? Math.exp(1.6 * spread) * (1 - random.uniform()) ** (-1 / route.tail)
        : Math.exp(spread * gaussian(normals))
    }
    return {
      latency: Number((route.latencyMs * level * body(route.spread)).toFixed(3)),
      input_length: Math.round(route.length * body(route.lengthSpread)),
      errors: random.uniform() < route.errorShare ? 1 : 0,
      route: route.name,
      timeMs: Math.round(timeMs),
      label: 0,
      kind: 'normal',
      attack: -1,
    }
  })
}

function routesOf({ seed, heavy }: Recipe): Route[] {
  const random = mulberry32(seed * 7919 + 11)
  const count = 5 + Math.floor(4 * random.uniform())
  return Array.from({ length: count }, (_, i) => ({
    name: NAMES[i] as string,
    weight: 1 / (1 + i) ** (0.5 + 0.7 * random.uniform()),
    latencyMs: Math.exp(Math.log(3) + Math.log(400) * random.uniform()),
    length: Math.exp(Math.log(40) + Math.log(2000) * random.uniform()),
    spread: 0.15 + 0.55 * random.uniform(),
    lengthSpread: 0.15 + 0.75 * random.uniform(),
    errorShare: 0.001 + 0.015 * random.uniform() ** 2,
    tail: random.uniform() < heavy ? 1.5 + 1.5 * random.uniform() : 0,
  }))
}

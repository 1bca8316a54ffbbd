import { gaussian, mulberry32 } from './random.js'
import type { TimedRecord } from './timed-traffic.js'

/** Traffic over many routes, of which each has few records. */
export interface YoungRecipe {
  readonly seed: number
  readonly count: number
  readonly routes: number
  /** Whether all but the first three routes come up in the course of it. */
  readonly late: boolean
}

interface Route {
  readonly name: string
  readonly weight: number
  /** Record from which on it comes. */
  readonly from: number
  readonly latencyMs: number
  readonly spread: number
  /** Share of answers from a cache, in a millisecond. */
  readonly cached: number
  /** The sizes that its input has, the first ones most often; none for a log-normal one about `length`. */
  readonly sizes: readonly number[]
  readonly length: number
  readonly lengthSpread: number
  /** Share of inputs that are twelve times as long, and of records with an error. */
  readonly longShare: number
  readonly errorShare: number
}

const START_MS = Date.UTC(2026, 0, 5)
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const GAP_MS = 200
const LONG = 12

export const YOUNG_KINDS = ['young', 'many'] as const
export type YoungKind = (typeof YOUNG_KINDS)[number]

/** Forty routes in 3,000 records, most of which come up late; sixty in 20,000. */
export function youngRecipeOf(kind: YoungKind, seed: number, count?: number): YoungRecipe {
  if (kind === 'young') return { seed, count: count ?? 3000, routes: 40, late: true }
  return { seed, count: count ?? 20_000, routes: 60, late: false }
}

/** Ordinary traffic as of an API: inputs of a few sizes, answers from a cache or not, here and there one much longer. */
export function youngTraffic(recipe: YoungRecipe): TimedRecord[] {
  const { seed, count } = recipe
  const random = mulberry32(seed * 31 + 7)
  const normals = mulberry32(seed + 999)
  const routes = routesOf(recipe, random.uniform)
  let timeMs = START_MS
  return Array.from({ length: count }, (_, i) => {
    timeMs -= Math.log(1 - random.uniform()) * GAP_MS
    const { latencyMs, spread, cached, sizes, length, lengthSpread, longShare, errorShare, name } = pick(
      routes.filter(({ from }) => from <= i),
      random.uniform(),
    )
    const fast = random.uniform() < cached
    const times = random.uniform() < longShare ? LONG : 1
    const size = sizes[Math.floor(sizes.length * random.uniform() ** 2)]
    return {
      latency: Number(
        (fast ? 1 + 0.2 * random.uniform() : latencyMs * Math.exp(spread * gaussian(normals))).toFixed(3),
      ),
      input_length: times * (size ?? Math.round(length * Math.exp(lengthSpread * gaussian(normals)))),
      errors: random.uniform() < errorShare ? 1 : 0,
      route: name,
      timeMs: Math.round(timeMs),
      label: 0,
      kind: 'normal',
      attack: -1,
    }
  })
}

function routesOf({ count, routes, late }: YoungRecipe, uniform: () => number): Route[] {
  return Array.from({ length: routes }, (_, i) => ({
    // No digits: those would be taken for an identifier.
    name: `/${LETTERS[Math.floor(i / LETTERS.length)]}${LETTERS[i % LETTERS.length]}`,
    weight: 1 / (1 + i) ** (0.6 + 0.8 * uniform()),
    from: late && i > 2 ? uniform() * 0.8 * count : 0,
    latencyMs: 2 * 300 ** uniform(),
    spread: 0.05 + 0.5 * uniform(),
    cached: uniform() < 0.35 ? 0.2 + 0.6 * uniform() : 0,
    sizes: Array.from({ length: uniform() < 0.3 ? 0 : 1 + Math.floor(5 * uniform()) }, () =>
      Math.round(60 * 60 ** uniform()),
    ),
    length: 60 * 100 ** uniform(),
    lengthSpread: 0.1 + 0.7 * uniform(),
    longShare: uniform() < 0.2 ? 0.004 : 0,
    errorShare: uniform() < 0.5 ? 0 : 0.03 * uniform(),
  }))
}

function pick(routes: readonly Route[], share: number): Route {
  const total = routes.reduce((sum, { weight }) => sum + weight, 0)
  let left = share * total
  return (
    routes.find(({ weight }) => {
      left -= weight
      return left < 0
    }) ?? (routes[0] as Route)
  )
}

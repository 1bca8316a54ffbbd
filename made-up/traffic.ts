import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32, type RandomSource } from './random.js'

/** A record and whether it is an anomaly: 1, or 0 where it is ordinary. */
export type Labelled = Telemetry & { readonly label: number }

/** How far a route's records lie around their medians, as standard deviations of natural logarithms. */
interface Spread {
  /** Of the latency, where it does not follow the length. */
  readonly latency: number
  readonly length: number
  /** What a standard deviation of length adds to the latency: longer inputs take longer. */
  readonly coupling: number
}

interface Route {
  readonly route: string
  /** Share of the requests that go to this route or to one before it; 1 at the last. */
  readonly upTo: number
  /** Medians. */
  readonly latencyMs: number
  readonly inputLength: number
  readonly spread: Spread
}

/** A made-up service: its routes, and the share of requests that end in an error. */
interface Service {
  readonly routes: readonly Route[]
  readonly errorShare: number
}

const alike = (spread: number): Spread => ({ latency: spread, length: spread, coupling: 0 })
const steady: Spread = { latency: 0.2, length: 0.1, coupling: 0 }
const byLength: Spread = { latency: 0.28, length: 0.55, coupling: 0.2 }

/** What is ordinary on one of these routes is odd on another. */
const UNLIKE_ROUTES: Service = {
  routes: [
    { route: '/health', upTo: (1 / 3) ** (2 / 3), latencyMs: 3, inputLength: 40, spread: alike(0.2) },
    { route: '/analyze', upTo: (2 / 3) ** (2 / 3), latencyMs: 120, inputLength: 900, spread: alike(0.4) },
    { route: '/upload', upTo: 1, latencyMs: 900, inputLength: 60_000, spread: alike(0.6) },
  ],
  errorShare: 0.01,
}

/** In the likeness of the recorded OpenStack requests. */
const CLOUD: Service = {
  routes: [
    {
      route: 'GET /v2/{tenant}/servers/detail',
      upTo: 0.6,
      latencyMs: 260,
      inputLength: 1893,
      spread: steady,
    },
    { route: 'POST /v2/{tenant}/servers', upTo: 0.75, latencyMs: 480, inputLength: 733, spread: steady },
    { route: 'DELETE /v2/{tenant}/servers/{id}', upTo: 1, latencyMs: 250, inputLength: 203, spread: steady },
  ],
  errorShare: 0.01,
}

/** Runs other people's code. */
const CODE_RUNNER: Service = {
  routes: [
    { route: '/run', upTo: 0.5, latencyMs: 180, inputLength: 900, spread: byLength },
    { route: '/lint', upTo: 0.8, latencyMs: 45, inputLength: 2400, spread: byLength },
    { route: '/format', upTo: 1, latencyMs: 22, inputLength: 1500, spread: byLength },
  ],
  errorShare: 0.04,
}

/** Clean traffic over three routes that have little in common. */
export function madeUpTraffic(count: number, seed = 1): RoutedRecord[] {
  return traffic(UNLIKE_ROUTES, count, mulberry32(seed), mulberry32(seed + 1))
}

/** Clean traffic of a small cloud API, for where the recorded requests are missing. */
export function cloudTraffic(count: number, seed: number): RoutedRecord[] {
  return traffic(CLOUD, count, mulberry32(seed))
}

/** Clean traffic of a service that runs code: what the playground and the demo show. */
export function codeRunnerTraffic(count: number, seed: number): RoutedRecord[] {
  return traffic(CODE_RUNNER, count, mulberry32(seed))
}

export type RoutedRecord = Labelled & { readonly route: string }

/**
 * Latencies and input lengths are log-normal by route; the same random numbers give the same records.
 * @param normals where the normal deviates come from, if not from the same numbers
 */
function traffic(
  { routes, errorShare }: Service,
  count: number,
  random: RandomSource,
  normals = random,
): RoutedRecord[] {
  return Array.from({ length: count }, () => {
    const at = random.uniform()
    const { route, latencyMs, inputLength, spread } = routes.find(({ upTo }) => at < upTo) as Route
    const duration = gaussian(normals)
    const size = gaussian(normals)
    return {
      latency: latencyMs * Math.exp(spread.latency * duration + spread.coupling * size),
      input_length: Math.round(inputLength * Math.exp(spread.length * size)),
      errors: random.uniform() < errorShare ? 1 : 0,
      route,
      label: 0,
    }
  })
}

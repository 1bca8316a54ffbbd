import { existsSync, readFileSync } from 'node:fs'
import type { Telemetry } from '#sentinel/telemetry/record.js'

/** Real API requests (Loghub's OpenStack logs), where the data folder stands beside the checkout. */
const RECORDED = new URL('../../../shared/data/streams/openstack-api.ndjson', import.meta.url)

export interface TelemetryStream {
  readonly name: string
  readonly records: readonly Telemetry[]
}

/** The recorded requests if they are there, else as many simulated ones. */
export function telemetryStream(): TelemetryStream {
  if (!existsSync(RECORDED)) return { name: 'simulated telemetry', records: simulate(1017, 7) }
  const lines = readFileSync(RECORDED, 'utf8').trim().split('\n')
  return { name: 'recorded OpenStack requests', records: lines.map((line) => JSON.parse(line) as Telemetry) }
}

const ROUTES = [
  { route: 'GET /v2/{tenant}/servers/detail', latencyMs: 260, inputLength: 1893, upTo: 0.6 },
  { route: 'POST /v2/{tenant}/servers', latencyMs: 480, inputLength: 733, upTo: 0.75 },
  { route: 'DELETE /v2/{tenant}/servers/{id}', latencyMs: 250, inputLength: 203, upTo: 1 },
] as const

/** n records of a small API: log-normal latencies and lengths by route, a rare error. */
export function simulate(n: number, seed: number): Telemetry[] {
  const random = mulberry32(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: n }, (_, index) => {
    const pick = random()
    const route = ROUTES.find(({ upTo }) => pick < upTo) ?? ROUTES[0]
    return {
      latency: route.latencyMs * Math.exp(0.2 * normal()),
      input_length: Math.round(route.inputLength * Math.exp(0.1 * normal())),
      errors: random() < 0.01 ? 1 : 0,
      route: route.route,
      timestamp: new Date(1_750_000_000_000 + index * 250).toISOString(),
    }
  })
}

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

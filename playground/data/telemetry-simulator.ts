import type { Table } from './table.js'

const ROUTES = [
  { route: '/run', latencyMs: 180, inputLength: 900, share: 0.5 },
  { route: '/lint', latencyMs: 45, inputLength: 2400, share: 0.3 },
  { route: '/format', latencyMs: 22, inputLength: 1500, share: 0.2 },
] as const

/** What goes wrong now and then: factors on a normal record, and errors. */
const INCIDENTS = [
  { latency: 14, inputLength: 1, errors: 2 },
  { latency: 6, inputLength: 25, errors: 1 },
  { latency: 0.1, inputLength: 0.05, errors: 7 },
] as const
const INCIDENT_SHARE = 0.03

/** Requests to a service that runs code: log-normal latencies and input lengths by route, rare errors, incidents. */
export function simulateTelemetry(nRows = 2000, seed = 42): Table {
  const uniform = mulberry32(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const columns = { latency: [] as number[], input_length: [] as number[], errors: [] as number[] }
  const routes: string[] = []
  for (let row = 0; row < nRows; row++) {
    const route = pick(uniform())
    const incident = uniform() < INCIDENT_SHARE ? INCIDENTS[Math.floor(uniform() * INCIDENTS.length)] : null
    // Longer inputs take longer: the two share a part of their spread.
    const size = normal()
    const inputLength = route.inputLength * Math.exp(0.55 * size)
    const latencyMs = route.latencyMs * Math.exp(0.2 * size + 0.28 * normal())
    columns.input_length.push(Math.max(1, Math.round(inputLength * (incident?.inputLength ?? 1))))
    columns.latency.push(Math.round(10 * latencyMs * (incident?.latency ?? 1)) / 10)
    columns.errors.push((incident?.errors ?? 0) + (uniform() < 0.04 ? 1 : 0))
    routes.push(route.route)
  }
  return {
    name: 'sample telemetry',
    nRows,
    numbers: Object.entries(columns).map(([name, values]) => ({ name, values: Float64Array.from(values) })),
    texts: [{ name: 'route', values: routes }],
    lines: Uint32Array.from({ length: nRows }, (_, row) => row + 2),
  }
}

function pick(at: number): (typeof ROUTES)[number] {
  let rest = at
  for (const route of ROUTES) {
    rest -= route.share
    if (rest < 0) return route
  }
  return ROUTES[0]
}

/** Mulberry32 (Tommy Ettinger): 32 bits of state, good enough for a demonstration. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let z = Math.imul(state ^ (state >>> 15), state | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { telemetryRows } from '../../made-up/rows.js'
import { closedLoop } from '../http/load.js'
import { ServerProcess } from '../http/server-process.js'

/** What a request takes under load, one figure a round, in µs. */
export interface RequestTimes {
  /** Time from one answer to the next. */
  readonly elapsed: Sides
  /**
   * Of the thread that answers, which the client and the rest of the machine hardly change. The one that fits works by the
   * clock, however many requests there are.
   */
  readonly processor: Sides
}

interface Sides {
  readonly alone: number[]
  readonly crowd: number[]
}

export interface OverHttp {
  readonly entities: number
  readonly rounds: number
  /** Records of each entity before anything is timed. */
  readonly taught: number
  readonly seconds: number
  readonly progress: (what: string) => void
}

const CONNECTIONS = 16
/** As many as have no divisor in common with the entities: each entity has them all. */
const ROUTES = ['/orders', '/search', '/login', '/cart', '/status']
/** Records that are sent in turn: some hundreds of each entity. */
const BODIES = 25_600
const CONFIG = `detectors:
  default:
    entity: /tenant
`

/** Requests of one entity, and of as many in turn, to two services that are the same. */
export async function requestTimes(order: OverHttp): Promise<RequestTimes> {
  const { entities, rounds, taught, seconds, progress } = order
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-entities-'))
  const file = join(folder, 'sentinel.yaml')
  writeFileSync(file, CONFIG)
  const env = { SENTINEL_CONFIG: file }
  const servers = [
    await ServerProcess.start('sentinel', { env }),
    await ServerProcess.start('sentinel', { env }),
  ]
  const [one, many] = servers as [ServerProcess, ServerProcess]
  const found: RequestTimes = { elapsed: { alone: [], crowd: [] }, processor: { alone: [], crowd: [] } }
  const time = async (side: keyof Sides, server: ServerProcess, bodies: readonly string[]): Promise<void> => {
    const before = await server.vitals()
    const load = { connections: CONNECTIONS, bodies, seconds }
    const { requests, perSecond } = await closedLoop(server.url, load)
    const { loopCpuMs } = await server.vitals()
    found.elapsed[side].push(1e6 / perSecond)
    found.processor[side].push((1e3 * (loopCpuMs - before.loopCpuMs)) / requests)
  }
  const [ofOne, ofMany] = [bodiesOf(1), bodiesOf(entities)]
  try {
    progress('over HTTP, learning')
    for (const [server, bodies] of [
      [one, ofOne],
      [many, ofMany],
    ] as const)
      await closedLoop(server.url, { connections: CONNECTIONS, bodies, amount: taught * entities })
    for (let round = 1; round <= rounds; round++) {
      progress(`over HTTP, round ${round} of ${rounds}`)
      await time('alone', one, ofOne)
      await time('crowd', many, ofMany)
    }
    return found
  } finally {
    for (const server of servers) await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** The same ordinary records, of so many entities in turn. */
function bodiesOf(entities: number): string[] {
  return telemetryRows(BODIES, 1).map(([latency, inputLength, errors], i) =>
    JSON.stringify({
      tenant: `tenant-${i % entities}`,
      route: ROUTES[i % ROUTES.length],
      latency,
      input_length: inputLength,
      errors,
    }),
  )
}

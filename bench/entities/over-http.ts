import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedLoop } from '../http/load.js'
import { ServerProcess } from '../http/server-process.js'

/** Time from one answer to the next under load, one figure a round, in µs. */
export interface RequestTimes {
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
const ROUTES = 5
/** Records of each entity that are sent in turn. */
const TURNS = 40
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
  const time = async (server: ServerProcess, bodies: readonly string[]): Promise<number> => {
    const { perSecond } = await closedLoop(server.url, { connections: CONNECTIONS, bodies, seconds })
    return 1e6 / perSecond
  }
  const found: RequestTimes = { alone: [], crowd: [] }
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
      found.alone.push(await time(one, ofOne))
      found.crowd.push(await time(many, ofMany))
    }
    return found
  } finally {
    for (const server of servers) await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Bodies of so many entities in turn. */
function bodiesOf(entities: number): string[] {
  return Array.from({ length: TURNS * entities }, (_, i) =>
    JSON.stringify({
      tenant: `tenant-${i % entities}`,
      route: `/route${'abcde'[Math.floor(i / entities) % ROUTES]}`,
      latency: 20 + ((i * 7919) % 600) / 10,
      input_length: 100 + ((i * 104_729) % 900),
      errors: i % 97 === 0 ? 1 : 0,
    }),
  )
}

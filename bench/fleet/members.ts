import { RedisServer } from '../../test/fleet/bus/redis-server.js'
import { closedLoop } from '../http/load.js'
import { pacedLoad } from '../http/paced.js'
import { ServerProcess } from '../http/server-process.js'
import { ordinaryBodies } from '../http/traffic.js'

const RECORDS_A_SECOND = 1_000
const CONNECTIONS = 16
const bodies = ordinaryBodies()

/** A follower of a fleet beside a sentinel by itself, round by round. */
export interface Membership {
  /** Share of a core at a thousand records a second. The one by itself has its forest here, and fits no more. */
  readonly share: number[]
  readonly shareAlone: number[]
  /** Requests a second, and time of the processor for each, us. The one by itself is as it comes, and learns. */
  readonly perSecond: number[]
  readonly perSecondAlone: number[]
  readonly cpuUs: number[]
  readonly cpuUsAlone: number[]
}

const THROUGHPUT_ROUNDS = 21
const THROUGHPUT_SECONDS = 1

/** Starts a Redis, one that leads, one that follows and two by themselves, and has all but the first answer in turn. */
export async function measureMembers(rounds: number, seconds: number): Promise<Membership> {
  const redis = await RedisServer.start()
  const env = { SENTINEL_FLEET_URL: redis.url, SENTINEL_MAX_DELAY_MS: '0' }
  const servers: ServerProcess[] = []
  const start = async (variables: Record<string, string>): Promise<ServerProcess> => {
    const server = await ServerProcess.start('sentinel', { env: variables })
    servers.push(server)
    return server
  }
  const figures: Membership = {
    ...{ share: [], shareAlone: [], perSecond: [], perSecondAlone: [], cpuUs: [], cpuUsAlone: [] },
  }
  try {
    const leader = await start(env)
    const follower = await start({ ...env, SENTINEL_FLEET_ROLE: 'follower' })
    const alone = await start({ SENTINEL_MAX_DELAY_MS: '0' })
    const settled = await start({ SENTINEL_RETRAIN_EVERY: '1000000', SENTINEL_MAX_DELAY_MS: '0' })
    // The leader has traffic of its own throughout, so that there are new models.
    let ended = false
    const leading = (async () => {
      while (!ended) await paced(leader, 200, 0.5)
    })()
    for (const server of [follower, alone, settled]) await paced(server, RECORDS_A_SECOND, seconds)
    for (let round = 0; round < rounds; round++) {
      figures.share.push(await paced(follower, RECORDS_A_SECOND, seconds))
      figures.shareAlone.push(await paced(settled, RECORDS_A_SECOND, seconds))
    }
    for (let round = 0; round < THROUGHPUT_ROUNDS; round++) {
      for (const [server, perSecond, cpuUs] of [
        [follower, figures.perSecond, figures.cpuUs],
        [alone, figures.perSecondAlone, figures.cpuUsAlone],
      ] as const) {
        const before = await server.vitals()
        const result = await closedLoop(server.url, {
          connections: CONNECTIONS,
          bodies,
          seconds: THROUGHPUT_SECONDS,
        })
        const { cpuMs } = await server.vitals()
        perSecond.push(result.perSecond)
        cpuUs.push((1_000 * (cpuMs - before.cpuMs)) / result.requests)
      }
    }
    ended = true
    await leading
  } finally {
    for (const server of servers) await server.stop()
    await redis.stop()
  }
  return figures
}

/** Share of a core that a steady load takes. */
async function paced(server: ServerProcess, perSecond: number, seconds: number): Promise<number> {
  const before = await server.vitals()
  const beganMs = performance.now()
  await pacedLoad(server.url, { connections: CONNECTIONS, bodies, perSecond, amount: perSecond * seconds })
  const { cpuMs } = await server.vitals()
  return (cpuMs - before.cpuMs) / (performance.now() - beganMs)
}

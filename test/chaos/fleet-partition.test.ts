import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { RedisServer, WITHOUT_SERVER } from '../fleet/bus/redis-server.js'
import { WITHIN_MS } from '../fleet/describe-fleet.js'
import { HeadWatch } from '../fleet/head-watch.js'
import { NETWORKS_CAN_BE_MADE, Network } from '../fleet/network.js'
import { ReplicaFleet } from '../fleet/replica-fleet.js'
import { ReplicaProcess } from '../fleet/replica-process.js'
import { serve } from '../fleet/traffic.js'
import { until } from '../until.js'
import { extent } from './extent.js'

const PARTITIONS = extent(5, 1)
const missing = WITHOUT_SERVER ? 'redis-server' : NETWORKS_CAN_BE_MADE ? null : 'right to make networks'
const name = 'a fleet whose network falls apart'

describe.skipIf(missing !== null)(missing === null ? name : `${name} (left out: no ${missing} here)`, () => {
  let redis: RedisServer
  const networks: Network[] = []
  beforeAll(async () => {
    for (const number of [1, 2, 3]) networks.push(new Network(number))
    const addresses = networks.map(({ server }) => server)
    redis = await RedisServer.start('--bind', '127.0.0.1', ...addresses, '--protected-mode', 'no')
  })
  afterAll(async () => {
    await redis?.stop()
    for (const network of networks) network.remove()
  })

  test(`cut off from the bus ${PARTITIONS} times, its leader is followed by another one, and by nobody any more`, {
    timeout: (2 + PARTITIONS) * WITHIN_MS,
  }, async () => {
    const replicas = await Promise.all(
      networks.map(({ server, there, within }) => {
        const variables = { SENTINEL_HOST: there, SENTINEL_ALLOW_UNAUTHENTICATED: 'true' }
        return ReplicaProcess.ofTest(`redis://${server}:${redis.port}`, variables, within)
      }),
    )
    const fleet = new ReplicaFleet(replicas)
    const traffic = serve(() => replicas)
    const watch = await HeadWatch.start(redis)
    onTestFinished(() => watch.stop())
    await fleet.follows(2)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const leader = await fleet.leader()
      const { epoch } = await leader.standing()
      const network = networks[replicas.indexOf(leader)] as Network
      network.cut()
      const others = fleet.without(leader)
      await others.leader(epoch)
      await others.goesOn()
      // It may go on learning for as long as it thinks that the lease is its own: it can publish nothing.
      await until(async () => (await leader.standing()).role !== 'leader', 'the end of its lead', WITHIN_MS)
      network.mend()
      await fleet.goesOn()
      expect((await fleet.standings()).filter(({ role }) => role === 'leader')).toHaveLength(1)
    }
    const { failed } = await traffic.stop()
    await watch.stop()
    expect(watch.faults).toEqual([])
    expect(failed).toBe(0)
  })
})

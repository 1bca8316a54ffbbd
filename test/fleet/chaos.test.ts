import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { extent } from '../chaos/extent.js'
import { until } from '../until.js'
import { HeadWatch } from './head-watch.js'
import { RedisServer, WITHOUT_SERVER } from './redis-server.js'
import { ReplicaProcess } from './replica-process.js'
import { serve } from './traffic.js'

const name = WITHOUT_SERVER ? 'a fleet under fire (left out: no redis-server here)' : 'a fleet under fire'
const KILLS = extent(20, 3)
/** Other tests run beside this one. */
const WITHIN_MS = 120_000

describe.skipIf(WITHOUT_SERVER)(name, () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await RedisServer.start()
  })
  afterAll(async () => {
    await redis?.stop()
  })

  test(`outlives ${KILLS} kills of its leader: versions only grow, epochs too, and all end with one model`, {
    timeout: (2 + KILLS) * WITHIN_MS,
  }, async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => ReplicaProcess.start(redis.url)))
    const traffic = serve(() => replicas)
    const watch = await HeadWatch.start(redis)
    onTestFinished(() => watch.stop())
    const takeovers: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      let leader: ReplicaProcess | undefined
      await until(
        async () => {
          const all = await Promise.all(replicas.map((one) => one.standing()))
          leader = replicas[all.findIndex(({ role }) => role === 'leader')]
          return leader !== undefined && all.every(({ model }) => model !== null)
        },
        'a leader and a model',
        WITHIN_MS,
      )
      const { epoch } = watch
      replicas.splice(replicas.indexOf(leader as ReplicaProcess), 1)
      await leader?.end('SIGKILL')
      const killedMs = performance.now()
      await until(async () => watch.epoch > epoch, 'a model of the next leader', WITHIN_MS)
      takeovers.push(performance.now() - killedMs)
      replicas.push(await ReplicaProcess.start(redis.url))
    }
    expect(await traffic.stop()).toMatchObject({ failed: 0 })
    await until(
      async () => {
        const all = await Promise.all(replicas.map((one) => one.standing()))
        return all.every(({ model }) => model !== null && model === watch.hash)
      },
      'the hash of the head at every replica',
      WITHIN_MS,
    )
    await watch.stop()
    expect(watch.faults).toEqual([])
    const sorted = takeovers.sort((a, b) => a - b).map((ms) => (ms / 1000).toFixed(1))
    console.info(`a model of the next leader after ${sorted.join(', ')} s`)
  })
})

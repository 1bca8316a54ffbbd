import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../until.js'
import { RedisServer, WITHOUT_SERVER } from './redis-server.js'
import { ReplicaProcess, type Standing, type Verdict } from './replica-process.js'
import { questions, serve } from './traffic.js'

const name = WITHOUT_SERVER ? 'a fleet (left out: no redis-server here)' : 'a fleet'

/** Other tests run beside this one. */
const WITHIN_MS = 120_000
const OF_ONE_TEST = { timeout: 4 * WITHIN_MS }

describe.skipIf(WITHOUT_SERVER)(name, OF_ONE_TEST, () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await RedisServer.start()
  })
  afterAll(async () => {
    await redis?.stop()
  })

  test('three replicas come to judge by one model, and say the same of every record', async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => ReplicaProcess.start(redis.url)))
    const standings = (): Promise<Standing[]> => Promise.all(replicas.map((one) => one.standing()))
    const traffic = serve(() => replicas)
    await until(
      async () => {
        const all = await standings()
        return all.every(({ model, version }) => model !== null && version >= 3)
      },
      'a third model at every replica',
      WITHIN_MS,
    )
    expect(await traffic.stop()).toMatchObject({ failed: 0 })
    expect((await standings()).map(({ role }) => role).sort()).toEqual(['follower', 'follower', 'leader'])

    for (const record of questions(100, 7)) {
      const [first, ...others] = await sameModel(replicas, record)
      expect(first?.detail.model).toMatch(/^[0-9a-f]{64}$/)
      for (const other of others) expect(other).toEqual(first)
    }
  })
})

/** What each says of a record, once all of them judge by one model: a last one may still be on its way. */
async function sameModel(replicas: readonly ReplicaProcess[], record: object): Promise<Verdict[]> {
  let verdicts: Verdict[] = []
  await until(
    async () => {
      verdicts = await Promise.all(replicas.map((one) => one.verdict(record)))
      return new Set(verdicts.map(({ detail }) => detail.model)).size === 1
    },
    'one model everywhere',
    WITHIN_MS,
  )
  return verdicts
}

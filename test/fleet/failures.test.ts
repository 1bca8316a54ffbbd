import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../until.js'
import { RedisServer, WITHOUT_SERVER } from './redis-server.js'
import { ReplicaProcess } from './replica-process.js'
import { questions, serve } from './traffic.js'

const name = WITHOUT_SERVER ? 'failures (left out: no redis-server here)' : 'failures'
/** Other tests run beside these. */
const WITHIN_MS = 120_000
const OF_ONE_TEST = { timeout: 4 * WITHIN_MS }

/** Replicas that judge by one model of the fleet already, and traffic for them. */
async function fleetOf(count: number, url: string, variables: Record<string, string> = {}) {
  const start = (): Promise<ReplicaProcess> => ReplicaProcess.start(url, variables)
  const replicas = await Promise.all(Array.from({ length: count }, start))
  const traffic = serve(() => replicas)
  await allFollow(replicas, 2)
  return { replicas, traffic }
}

function standingsOf(replicas: readonly ReplicaProcess[]) {
  return Promise.all(replicas.map((one) => one.standing()))
}

async function allFollow(replicas: readonly ReplicaProcess[], version: number): Promise<void> {
  await until(
    async () => (await standingsOf(replicas)).every((one) => one.model !== null && one.version >= version),
    `version ${version} at every replica`,
    WITHIN_MS,
  )
}

async function leaderOf(replicas: readonly ReplicaProcess[]): Promise<ReplicaProcess> {
  let leader: ReplicaProcess | undefined
  await until(
    async () => {
      const roles = (await standingsOf(replicas)).map(({ role }) => role)
      leader = replicas[roles.indexOf('leader')]
      return leader !== undefined
    },
    'a leader',
    WITHIN_MS,
  )
  return leader as ReplicaProcess
}

describe.skipIf(WITHOUT_SERVER)(name, OF_ONE_TEST, () => {
  test('without the bus verdicts go on, each replica learns by itself after the grace, and all follow what survived', async () => {
    const redis = await RedisServer.start()
    onTestFinished(() => redis.stop())
    const { replicas, traffic } = await fleetOf(3, redis.url, { SENTINEL_FLEET_GRACE_MS: '4000' })
    await redis.kill()
    const [before] = await standingsOf(replicas)
    const [record = {}] = questions(1, 3)
    expect((await replicas[0]?.verdict(record))?.detail.model).toBe(before?.model)
    await until(
      async () =>
        (await standingsOf(replicas)).every(({ role, connected }) => role === 'alone' && !connected),
      'every replica learning by itself',
      WITHIN_MS,
    )
    const versions = (await standingsOf(replicas)).map(({ version }) => version)
    await redis.begin()
    await allFollow(replicas, Math.max(...versions) + 1)
    expect(await traffic.stop()).toMatchObject({ failed: 0 })
    for (const replica of replicas) {
      // Not at every beat; on a busy machine the bus may be late once more.
      for (const line of ['the bus of the fleet does not answer', 'this replica learns by itself']) {
        expect(replica.said(line)).toBeGreaterThan(0)
        expect(replica.said(line)).toBeLessThan(6)
      }
      expect(await replica.metric('sentinel_fleet_alone_total')).toBeGreaterThan(0)
    }
  })

  test('a wrong password costs a line and a gauge, and the replica judges by itself', async () => {
    const redis = await RedisServer.start('--requirepass', 'the right one')
    onTestFinished(() => redis.stop())
    const replica = await ReplicaProcess.start(redis.url.replace('//', '//:the%20wrong%20one@'))
    const traffic = serve(() => [replica])
    await until(
      async () => (await replica.metric('sentinel_model_generation')) > 1,
      'a fit of its own',
      WITHIN_MS,
    )
    await until(async () => replica.said('the bus of the fleet does not answer') > 0, 'the line', WITHIN_MS)
    expect(await replica.standing()).toMatchObject({ role: 'alone', model: null, connected: false })
    expect(await replica.metric('sentinel_fleet_connected')).toBe(0)
    expect(replica.log).not.toContain('the wrong one')
    expect(await traffic.stop()).toMatchObject({ failed: 0 })
  })

  describe('with a bus that lives', () => {
    let redis: RedisServer
    beforeAll(async () => {
      redis = await RedisServer.start()
    })
    afterAll(async () => {
      await redis?.stop()
    })

    test('a leader that is paused is followed by another, which it follows itself when it goes on', async () => {
      const { replicas, traffic } = await fleetOf(3, redis.url, { SENTINEL_FLEET_NAME: 'paused' })
      const leader = await leaderOf(replicas)
      const others = replicas.filter((one) => one !== leader)
      const [before] = await standingsOf(others)
      leader.signal('SIGSTOP')
      const next = await leaderOf(others)
      await until(
        async () => (await next.standing()).epoch > (before?.epoch ?? 0),
        'a model of the next leader',
        WITHIN_MS,
      )
      leader.signal('SIGCONT')
      await until(
        async () => (await leader.standing()).role === 'follower',
        'the old one following',
        WITHIN_MS,
      )
      const { version } = await next.standing()
      await allFollow(replicas, version + 1)
      expect((await standingsOf(replicas)).filter(({ role }) => role === 'leader')).toHaveLength(1)
      await traffic.stop()
    })

    test('a model that is damaged is refused and said once, and the leader publishes over it', async () => {
      const { replicas, traffic } = await fleetOf(2, redis.url, { SENTINEL_FLEET_NAME: 'damaged' })
      const client = redis.client()
      onTestFinished(() => client.disconnect())
      const [head = ''] = await client.keys('{sentinel:damaged:*}:head')
      const version = Number(await client.hget(head, 'version')) + 1000
      const hash = 'ab'.repeat(32)
      await client
        .multi()
        .set(head.replace(/head$/, `model:${hash}`), 'no model')
        .hset(head, { version, hash })
        .exec()
      await allFollow(replicas, version + 1)
      for (const replica of replicas)
        expect(replica.said('the model of the fleet cannot be used')).toBeLessThanOrEqual(1)
      expect(replicas.some((one) => one.said('the model of the fleet cannot be used') === 1)).toBe(true)
      expect(await traffic.stop()).toMatchObject({ failed: 0 })
    })

    test('a bus that answers nothing for seconds keeps no record waiting', async () => {
      const { replicas, traffic } = await fleetOf(2, redis.url, { SENTINEL_FLEET_NAME: 'slow' })
      const client = redis.client()
      onTestFinished(() => client.disconnect())
      const { version } = (await standingsOf(replicas))[0] as { version: number }
      await client.call('CLIENT', 'PAUSE', '5000', 'ALL')
      for (const record of questions(20, 5)) {
        const { detail } = (await replicas[0]?.verdict(record)) ?? {}
        expect(detail?.model).toBeDefined()
      }
      await allFollow(replicas, version + 1)
      expect(await traffic.stop()).toMatchObject({ failed: 0 })
    })
  })
})

import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../until.js'
import { TcpProxy } from './bus/tcp-proxy.js'
import { describeFleet, WITHIN_MS } from './describe-fleet.js'
import { ReplicaFleet } from './replica-fleet.js'
import { ReplicaProcess } from './replica-process.js'
import { questions, serve } from './traffic.js'

const DAY_MS = 86_400_000
const GRACE_MS = 4_000

describeFleet('three replicas whose clocks are days apart, under load', (redis) => {
  let fleet: ReplicaFleet
  let proxies: TcpProxy[]
  let traffic: ReturnType<typeof serve>
  beforeAll(async () => {
    proxies = await Promise.all([1, 2, 3].map(() => TcpProxy.start(redis().port)))
    const replicas = await Promise.all(
      proxies.map(({ port }, i) =>
        ReplicaProcess.start(`redis://127.0.0.1:${port}`, {
          SENTINEL_FLEET_GRACE_MS: String(GRACE_MS),
          OTHER_CLOCK_MS: String((i - 1) * DAY_MS),
        }),
      ),
    )
    fleet = new ReplicaFleet(replicas)
    traffic = serve(() => replicas)
    await fleet.follows(2)
  }, WITHIN_MS)
  afterAll(async () => {
    const { failed } = (await traffic?.stop()) ?? {}
    for (const replica of fleet?.replicas ?? []) await replica.stop()
    for (const proxy of proxies ?? []) proxy.stop()
    expect(failed).toBe(0)
  })

  test('come to judge by one model, and say the same of every record', async () => {
    expect((await fleet.standings()).map(({ role }) => role).sort()).toEqual([
      'follower',
      'follower',
      'leader',
    ])
    for (const record of questions(20, 7)) {
      const [first, ...others] = await sameModel(fleet, record)
      expect(first?.detail.model).toMatch(/^[0-9a-f]{64}$/)
      for (const other of others) expect(other).toEqual(first)
    }
  })

  test('keep no record waiting for a bus that says nothing, and go on learning over one that is slow', async () => {
    const version = await fleet.version()
    const [first] = fleet.replicas
    for (const proxy of proxies) proxy.cut = true
    for (const record of questions(20, 5)) expect((await first?.verdict(record))?.detail.model).toBeDefined()
    for (const proxy of proxies) {
      proxy.delayMs = 100
      proxy.cut = false
    }
    await fleet.follows(version + 2)
    for (const proxy of proxies) proxy.delayMs = 0
  })

  test('go on in their fleet when they read their settings anew, the one that leads among them', async () => {
    const { epoch } = await (await fleet.leader()).standing()
    for (const replica of fleet.replicas) {
      const read = replica.said('settings were read anew')
      replica.signal('SIGHUP')
      await until(async () => replica.said('settings were read anew') > read, 'settings read anew', WITHIN_MS)
    }
    await fleet.goesOn()
    const [record = {}] = questions(1, 11)
    const [first, ...others] = await sameModel(fleet, record)
    for (const other of others) expect(other).toEqual(first)
    // The one that led gave its lease back.
    await fleet.leader(epoch)
  })

  test.each([
    ['cut off', (model: Buffer) => model.subarray(0, model.length >> 1), false],
    ['half there, under its own hash', (model: Buffer) => model.subarray(0, model.length >> 1), true],
    [
      'of another format',
      (model: Buffer) => Buffer.concat([model.subarray(0, 4), Buffer.of(9), model.subarray(5)]),
      true,
    ],
    [
      'no model at all',
      () => Buffer.concat([Buffer.from('SNTM\x01', 'latin1'), deflateRawSync('{"a":1}')]),
      true,
    ],
  ])('refuse a model that is %s, say it once, and publish over it', async (_what, damage, named) => {
    const client = redis().client()
    onTestFinished(() => client.disconnect())
    const [head = ''] = await client.keys('*:head')
    const [hash = '', at] = await client.hmget(head, 'hash', 'version')
    const bytes = damage((await client.getBuffer(head.replace(/head$/, `model:${hash}`))) as Buffer)
    const wrong = named ? createHash('sha256').update(bytes).digest('hex') : 'ab'.repeat(32)
    const version = Number(at) + 100
    const said = (): number[] =>
      fleet.replicas.map((one) => one.said('the model of the fleet cannot be used'))
    const before = said()
    await client
      .multi()
      .set(head.replace(/head$/, `model:${wrong}`), bytes)
      .hset(head, { version, hash: wrong })
      .exec()
    await fleet.follows(version + 1)
    const more = said().map((lines, i) => lines - (before[i] as number))
    expect(Math.max(...more)).toBe(1)
    expect((await fleet.standings()).every(({ model }) => model !== wrong)).toBe(true)
  })

  test('lose nothing when the bus loses all that it had', async () => {
    const client = redis().client()
    onTestFinished(() => client.disconnect())
    const version = await fleet.version()
    await client.flushall()
    await fleet.follows(version + 1)
    // The one that led does not know at once that another does, whose epoch may be the same after that.
    await until(
      async () => (await fleet.standings()).filter(({ role }) => role === 'leader').length === 1,
      'one leader',
      WITHIN_MS,
    )
  })

  test('follow another leader when theirs is paused, which it follows itself when it goes on', async () => {
    const leader = await fleet.leader()
    const { epoch } = await leader.standing()
    leader.signal('SIGSTOP')
    await fleet.without(leader).leader(epoch)
    leader.signal('SIGCONT')
    await until(async () => (await leader.standing()).role === 'follower', 'the old one following', WITHIN_MS)
    await fleet.goesOn()
    expect((await fleet.standings()).filter(({ role }) => role === 'leader')).toHaveLength(1)
  })

  test('follow another leader when theirs is cut off, which learns by itself after the grace, and comes back', async () => {
    const leader = await fleet.leader()
    const { epoch } = await leader.standing()
    const proxy = proxies[fleet.replicas.indexOf(leader)] as TcpProxy
    proxy.cut = true
    const others = fleet.without(leader)
    await others.leader(epoch)
    await others.goesOn()
    await until(async () => (await leader.standing()).role === 'alone', 'the old one by itself', WITHIN_MS)
    proxy.cut = false
    await fleet.goesOn()
    expect((await fleet.standings()).filter(({ role }) => role === 'leader')).toHaveLength(1)
    expect(await leader.metric('sentinel_fleet_model_version')).toBeGreaterThan(0)
  })

  test('go on without the bus, learn by themselves after the grace, and follow what survived', async () => {
    const version = await fleet.version()
    const lines = ['the bus of the fleet does not answer', 'this replica learns by itself']
    const before = fleet.replicas.map((replica) => lines.map((line) => replica.said(line)))
    await redis().kill()
    const { model } = (await fleet.replicas[0]?.standing()) ?? {}
    const [record = {}] = questions(1, 3)
    expect((await fleet.replicas[0]?.verdict(record))?.detail.model).toBe(model ?? undefined)
    await until(
      async () => (await fleet.standings()).every(({ role, connected }) => role === 'alone' && !connected),
      'every replica learning by itself',
      WITHIN_MS,
    )
    await redis().begin()
    await fleet.follows(version + 1)
    for (const [r, replica] of fleet.replicas.entries()) {
      // Not at every beat; on a busy machine the bus may be late more than once.
      for (const [i, line] of lines.entries()) {
        const said = replica.said(line) - (before[r]?.[i] ?? 0)
        expect(said).toBeGreaterThan(0)
        expect(said).toBeLessThan(8)
      }
      expect(await replica.metric('sentinel_fleet_alone_total')).toBeGreaterThan(0)
    }
  })
})

describeFleet(
  'a replica with a wrong password',
  (redis) => {
    test('says it in a line and a gauge, and judges by itself', async () => {
      const replica = await ReplicaProcess.ofTest(redis().url.replace('//', '//:the%20wrong%20one@'))
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
  },
  '--requirepass',
  'the right one',
)

/** What each says of a record, once all of them judge by one model: a last one may still be on its way. */
async function sameModel({ replicas }: ReplicaFleet, record: object) {
  let verdicts = await Promise.all(replicas.map((one) => one.verdict(record)))
  await until(
    async () => {
      if (new Set(verdicts.map(({ detail }) => detail.model)).size === 1) return true
      verdicts = await Promise.all(replicas.map((one) => one.verdict(record)))
      return false
    },
    'one model everywhere',
    WITHIN_MS,
  )
  return verdicts
}

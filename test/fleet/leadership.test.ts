import { expect, onTestFinished, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { faultyThread } from '../detector/training/faulty-threads.js'
import { describeFleet, fleetName } from './describe-fleet.js'
import { LocalReplica, serveUntil } from './local-replica.js'
import { ForgedSamples } from './samples/forged-samples.js'
import { ordinary } from './traffic.js'

const ODD: Telemetry = { route: '/login', latency: 9_000, input_length: 500, errors: 6 }
const odd = (count: number): Telemetry[] => Array.from({ length: count }, () => ODD)

describeFleet('a fleet', (redis) => {
  async function fleetOf(count: number, name: string): Promise<LocalReplica[]> {
    const start = (_: unknown, i: number) => LocalReplica.start({ url: redis().url, name }, 1_000 * (i + 1))
    const replicas = await Promise.all(Array.from({ length: count }, start))
    await serveUntil(
      replicas,
      () => replicas.every(({ figures }) => figures.version >= 2),
      'a model everywhere',
    )
    return replicas
  }

  async function forging(name: string, as: string): Promise<ForgedSamples> {
    const forged = await ForgedSamples.into(redis(), name, as)
    onTestFinished(() => forged.close())
    return forged
  }

  const version = (replicas: readonly LocalReplica[]): number =>
    Math.max(...replicas.map(({ figures }) => figures.version))

  test('has another leader when a fit of the one before does not end', async () => {
    const name = fleetName()
    const { url } = redis()
    const trainer = { thread: faultyThread('hang', 4), watchdogMs: 600_000 }
    const hung = await LocalReplica.start({ url, name }, 1, { trainer })
    await serveUntil([hung], () => hung.figures.leads && hung.figures.version > 0, 'a first model')
    const next = await LocalReplica.start({ url, name }, 2)
    await serveUntil([hung, next], () => next.figures.leads, 'the next leader')
    expect(hung.said('a fit of the fleet does not end')).toBe(1)
    const before = version([next])
    await serveUntil([hung, next], () => hung.figures.version > before, 'its model at the one before')
    expect(hung.figures.role).toBe('follower')
  })

  test('publishes no model that alerts what nobody was told of, and goes back to the last one that did not', async () => {
    const name = fleetName()
    const [leader] = (await fleetOf(1, name)) as [LocalReplica]
    const liar = await forging(name, 'liar')
    const { models } = leader.figures
    // No two alike: nothing that might be learnt.
    let wild = 1
    const send = (): void => {
      wild = (wild * 7.3) % 1_000
      void liar.send(odd(2).map((each, i) => ({ ...each, latency: 10 ** (4 + ((wild + 3 * i) % 5)) })))
    }
    await serveUntil(
      [leader],
      () => {
        send()
        return models.unsound > 0
      },
      'a model that is not sound',
    )
    const at = version([leader])
    const unsound = models.unsound
    await serveUntil(
      [leader],
      () => {
        send()
        return models.unsound > unsound + 1 && leader.said('the fleet learns on from the last model') > 0
      },
      'the way back',
    )
    expect(version([leader])).toBe(at)
    expect(leader.said('what the fleet has learnt alerts far too much')).toBeGreaterThan(0)
    await serveUntil([leader], () => version([leader]) > at, 'a model that is sound')
  })

  test('is not led by one replica that takes an attack for ordinary, and says so', async () => {
    const name = fleetName()
    const replicas = await fleetOf(2, name)
    const poisoned = await forging(name, 'poisoned')
    const leader = replicas.find(({ figures }) => figures.leads) as LocalReplica
    const at = version(replicas)
    await serveUntil(
      replicas,
      () => {
        void poisoned.send(odd(15))
        return leader.figures.suspects === 1 && version(replicas) > at + 2
      },
      'a replica that is left out, and models all the same',
    )
    expect(leader.said('the fleet does not learn from them')).toBe(1)
    expect(leader.figures.samples.leftOut).toBeGreaterThan(50)
    for (const replica of replicas) expect(replica.sentinel.tryOut(ODD)?.action).not.toBeNull()
    await serveUntil(
      replicas,
      () => {
        void poisoned.send(ordinary(15, version(replicas)) as Telemetry[])
        return leader.figures.suspects === 0
      },
      'trust in it again',
    )
  })

  test('of other settings is another fleet under the same name, and neither disturbs the other', async () => {
    const name = fleetName()
    const { url } = redis()
    const start = (seed: number, nTrees: number) => LocalReplica.start({ url, name }, seed, { nTrees })
    const old = await Promise.all([start(1, 100), start(1_000, 100)])
    await serveUntil(old, () => old.every(({ figures }) => figures.version >= 2), 'a model of the old ones')
    const young = await Promise.all([start(2_000, 60), start(3_000, 60)])
    const all = [...old, ...young]
    const at = version(old)
    await serveUntil(
      all,
      () => young.every(({ figures }) => figures.version >= 2) && version(old) > at,
      'models of both',
    )
    const names = all.map(({ sentinel }) => sentinel.tryOut(ODD)?.verdict.model)
    expect(new Set([names[0], names[2]]).size).toBe(2)
    for (const replica of all) expect(replica.figures.models).toMatchObject({ damaged: 0, refused: 0 })
    const client = redis().client()
    expect(await client.keys(`{sentinel:${name}:*}:head`)).toHaveLength(2)
    client.disconnect()
    for (const replica of old) await replica.membership.close()
    const before = version(young)
    await serveUntil(
      young,
      () => young.every(({ figures }) => figures.version > before),
      'the young ones going on',
    )
  })
})

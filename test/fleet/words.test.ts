import { expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { describeFleet, fleetName } from './describe-fleet.js'
import { LocalReplica, serveUntil } from './local-replica.js'

const SLOW: Telemetry = { route: '/login', latency: 9_000, input_length: 500, errors: 6 }

async function fleetOf(url: string, count = 3): Promise<LocalReplica[]> {
  const name = fleetName()
  const start = (_: unknown, i: number) => LocalReplica.start({ url, name }, 1_000 * (i + 1))
  const replicas = await Promise.all(Array.from({ length: count }, start))
  await serveUntil(
    replicas,
    () => replicas.every(({ figures }) => figures.version >= 2),
    'a model everywhere',
  )
  return replicas
}

function leaderOf(replicas: readonly LocalReplica[]): LocalReplica {
  return replicas.find(({ figures }) => figures.leads) as LocalReplica
}

describeFleet('what an operator says to one replica', (redis) => {
  test('is said to all: a mute is in force everywhere under one id, and can be taken back anywhere', async () => {
    const replicas = await fleetOf(redis().url)
    const [first, second, third] = replicas as [LocalReplica, LocalReplica, LocalReplica]
    const anomaly = first.sentinel.judge(SLOW)?.anomaly
    const answer = first.sentinel.operator.onAnomaly(anomaly?.id ?? '', {
      verdict: 'expected',
      confirm: true,
    })
    const { id } = answer.mute ?? { id: '' }
    const mutes = (): string[][] =>
      replicas.map((one) => one.sentinel.operator.listMutes().map((mute) => mute.id))
    await serveUntil(replicas, () => mutes().every((list) => list.includes(id)), 'the mute everywhere')
    const [here, there] = [first, third].map((one) => one.sentinel.operator.listMutes()[0])
    // Each counts what it mutes itself.
    const own = { created: '', until: '', muted: 0 }
    expect({ ...there, ...own }).toEqual({ ...here, ...own })
    expect(Math.abs(Date.parse(there?.until ?? '') - Date.parse(here?.until ?? ''))).toBeLessThan(60_000)
    expect(third.sentinel.judge(SLOW)?.anomaly).toBeNull()
    second.sentinel.operator.end(id)
    await serveUntil(replicas, () => mutes().every((list) => list.length === 0), 'no mute anywhere')
    expect(third.sentinel.judge(SLOW)?.anomaly).not.toBeNull()
  })

  test('is known to a replica that comes later, and once more when the bus has lost all that it had', async () => {
    const name = fleetName()
    const { url } = redis()
    const first = await LocalReplica.start({ url, name }, 1)
    await serveUntil([first], () => first.figures.version >= 2, 'a model')
    const anomaly = first.sentinel.judge(SLOW)?.anomaly
    first.sentinel.operator.onAnomaly(anomaly?.id ?? '', { verdict: 'threat', confirm: true })
    await serveUntil([first], () => first.figures.version >= 4, 'a model that has heard of it')
    const client = redis().client()
    await client.flushall()
    await serveUntil([first], () => first.figures.version >= 6, 'the way back')
    const late = await LocalReplica.start({ url, name }, 2)
    await serveUntil([first, late], () => late.sentinel.operator.listNeverLearnt().length === 1, 'the word')
    const [, head = ''] = await Promise.all([
      0,
      client.keys(`{sentinel:${name}:*}:head`).then(([key]) => key),
    ])
    expect(await client.hget(head, 'words')).toMatch(/^\d+-\d+$/)
    client.disconnect()
  })

  test('a pause stops the leader from learning, and another word lets it go on', async () => {
    const replicas = await fleetOf(redis().url)
    const [first] = replicas as [LocalReplica]
    expect(first.sentinel.operator.pause(5)).toMatchObject({ paused: true })
    const paused = (): boolean[] => replicas.map((one) => one.sentinel.operator.learning().paused)
    await serveUntil(replicas, () => paused().every((each) => each), 'a pause everywhere')
    const versions = (): number[] => replicas.map(({ figures }) => figures.version)
    // What was learnt before may still be on its way; then nothing new comes of thousands of records.
    const { samples } = leaderOf(replicas).figures
    let [before, since] = [0, 0]
    await serveUntil(
      replicas,
      () => {
        const newest = Math.max(...versions())
        if (newest > before) [before, since] = [newest, samples.learnt]
        return samples.learnt > since + 5_000
      },
      'samples that no model comes of',
    )
    replicas[2]?.sentinel.operator.resume()
    await serveUntil(replicas, () => Math.min(...versions()) > before, 'a model after the pause')
    expect(paused()).toEqual([false, false, false])
  })

  test('a reset is done by the leader, and its next model knows nothing of before', async () => {
    const replicas = await fleetOf(redis().url)
    const follower = replicas.find(({ figures }) => !figures.leads) as LocalReplica
    await serveUntil(replicas, () => follower.sentinel.detector.records > 1_500, 'some records')
    const { records } = follower.sentinel.detector
    expect(follower.sentinel.operator.reset()).toBeNull()
    await serveUntil(replicas, () => follower.sentinel.detector.historySize < 1_000, 'a young model')
    expect(follower.sentinel.detector.trained).toBe(true)
    // Whoever counts goes on counting.
    expect(follower.sentinel.detector.records).toBeGreaterThan(records)
  })
})

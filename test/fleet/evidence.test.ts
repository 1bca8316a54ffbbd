import { expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { describeFleet, fleetName } from './describe-fleet.js'
import { LocalReplica, serveUntil } from './local-replica.js'
import { ordinary } from './traffic.js'

const ATTACK: Telemetry = { route: '/login', latency: 9_000, input_length: 500, errors: 6 }
/** Sampled records from which on rare ones are not simply learnt. */
const KNOWN = 600

describeFleet('a few alerts among thousands of records', (redis) => {
  test('reach the leader though hardly a record is sampled, and are one incident, which outlives its leader', async () => {
    const name = fleetName()
    const settings = { url: redis().url, name, sampleRate: 30 }
    const start = (seed: number) => LocalReplica.start(settings, seed)
    const replicas = await Promise.all([start(1), start(1_000), start(2_000)])
    await serveUntil(
      replicas,
      () =>
        replicas.every(({ figures }) => figures.version >= 3) &&
        replicas.some(({ figures }) => figures.samples.learnt > KNOWN),
      'a model everywhere, by which rare records are told from ordinary ones',
    )
    const open = () => replicas.map((one) => one.sentinel.incidents.list({ open: true, route: '/login' }))
    const follower = replicas.find(({ figures }) => !figures.leads) as LocalReplica
    let sent = 0
    await serveUntil(
      replicas,
      () => {
        // One in a hundred; of the sample every hundredth record would be one of them, too.
        for (const record of ordinary(200, sent) as Telemetry[]) follower.sentinel.judge(record)
        for (let i = 0; i < 2; i++) follower.sentinel.judge(ATTACK)
        sent += 2
        return open().every((list) => list.length > 0)
      },
      'the incident everywhere',
    )
    // By the sample alone it would take thousands.
    expect(sent).toBeLessThan(2000)
    const [incident] = open()[0] ?? []
    expect(open().map((list) => list.map(({ id }) => id))).toEqual([
      [incident?.id],
      [incident?.id],
      [incident?.id],
    ])

    const leader = replicas.find(({ figures }) => figures.leads) as LocalReplica
    replicas.splice(replicas.indexOf(leader), 1)
    await leader.membership.close()
    await serveUntil(
      replicas,
      () => {
        for (const { sentinel } of replicas) for (let i = 0; i < 2; i++) sentinel.judge(ATTACK)
        const [now] = open()[0] ?? []
        return (
          replicas.some(({ figures }) => figures.leads) && (now?.records ?? 0) > (incident?.records ?? 0) + 20
        )
      },
      'the same incident, grown',
    )
    expect(open().map((list) => list.map(({ id }) => id))).toEqual([[incident?.id], [incident?.id]])
  })

  test('is an incident when one replica alone is attacked, which the others then do not learn from', async () => {
    const name = fleetName()
    const settings = { url: redis().url, name, sampleRate: 50 }
    const start = (seed: number) => LocalReplica.start(settings, seed)
    const replicas = await Promise.all([start(1), start(1_000), start(2_000), start(3_000)])
    await serveUntil(
      replicas,
      () => replicas.every(({ figures }) => figures.version >= 3),
      'a model everywhere',
    )
    const attacked = replicas.find(({ figures }) => !figures.leads) as LocalReplica
    const isLeftOut = () => replicas.some(({ figures }) => figures.leads && figures.suspects === 1)
    await serveUntil(
      replicas,
      () => {
        for (let i = 0; i < 60; i++) attacked.sentinel.judge(ATTACK)
        return isLeftOut()
      },
      'a replica that is left out',
    )
    const open = () =>
      replicas.map((one) => one.sentinel.incidents.list({ open: true, route: '/api/items' }).length)
    expect(open()).toEqual([0, 0, 0, 0])
    await serveUntil(
      replicas,
      () => {
        for (let i = 0; i < 60; i++) attacked.sentinel.judge({ ...ATTACK, route: '/api/items' })
        return open().every((count) => count === 1)
      },
      'the incident everywhere',
    )
    expect(isLeftOut()).toBe(true)
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'
import {
  alerts,
  clock,
  DAY,
  EXPECTED,
  idOf,
  known,
  SLOW,
  sentinelOf,
  startAfresh,
  THREAT,
  taught,
  traffic,
} from './subject.js'

beforeEach(startAfresh)

describe('what is a threat', () => {
  test('is taken out of what was learnt, and never learnt again, not even while its route is calm', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    sentinel.operator.onAnomaly(id, EXPECTED)
    for (let i = 0; i < 60; i++) sentinel.judge({ ...SLOW, latency: 9000 + i })
    const before = known(sentinel, '/analyze')
    const alike = (latency: number) => latency > 6100 && latency < 13_000
    const { never_learnt, forgotten } = sentinel.operator.onAnomaly(id, { ...THREAT, confirm: true })
    expect(never_learnt).toMatchObject({ id: 'never-1', feature: 'latency', direction: 'high', kept_out: 0 })
    expect(forgotten?.baseline).toBe(before.filter(alike).length)
    expect(forgotten?.baseline).toBeGreaterThan(40)
    expect(known(sentinel, '/analyze')).toEqual(before.filter((latency) => !alike(latency)))
    await sentinel.detector.settled()
    expect(sentinel.operator.listMutes()).toEqual([])
    for (let i = 0; i < 400; i++) {
      sentinel.judge(SLOW)
      if (i % 4 === 0) sentinel.judge(traffic[600 + i] as Telemetry)
    }
    expect(known(sentinel, '/analyze').filter(alike)).toEqual([])
    expect(sentinel.operator.listNeverLearnt()).toMatchObject([{ kept_out: 400 }])
    expect(alerts(sentinel, SLOW)).toBe(true)
  })

  test('leaves the ordinary records on the same side of the usual value alone', async () => {
    const sentinel = await taught()
    const before = known(sentinel, '/analyze')
    const { forgotten, never_learnt } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), THREAT)
    const { from = 0, to = 0 } = never_learnt ?? {}
    expect(from).toBeGreaterThan(6000)
    expect(to).toBeLessThan(13_500)
    const left = known(sentinel, '/analyze')
    expect(left).toEqual(before.filter((latency) => latency < from || latency > to))
    expect(forgotten?.baseline).toBeLessThanOrEqual(1)
  })

  test('is not hidden by a mute that holds for more', async () => {
    const sentinel = await taught()
    const slower = idOf(sentinel, { ...SLOW, latency: 30_000 })
    const slow = idOf(sentinel, SLOW)
    sentinel.operator.onAnomaly(slower, EXPECTED)
    expect(alerts(sentinel, SLOW)).toBe(false)
    sentinel.operator.onAnomaly(slow, THREAT)
    expect(alerts(sentinel, SLOW)).toBe(true)
    expect(alerts(sentinel, { ...SLOW, latency: 30_000 })).toBe(false)
  })

  test('holds for 90 days, or as long as was said', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    expect(sentinel.operator.onAnomaly(id, THREAT).never_learnt?.until).toBe('2026-04-01T00:00:00.000Z')
    const { until } = sentinel.operator.onAnomaly(id, { ...THREAT, days: 1 }).never_learnt ?? {}
    expect(until).toBe('2026-01-02T00:00:00.000Z')
    clock.nowMs += DAY
    expect(sentinel.operator.listNeverLearnt()).toEqual([])
    sentinel.operator.onAnomaly(id, EXPECTED)
    sentinel.judge(SLOW)
    expect(known(sentinel, '/analyze')).toContain(9000)
  })
})

test('beside a given forest what is expected is muted, and there is nothing to forget', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3 })
  forest.fit(traffic.map(({ latency, input_length, errors }) => [latency, input_length, errors]))
  const sentinel = await sentinelOf({ detector: { ...DEFAULTS, forest: forest.toBytes() } })
  for (const record of traffic.slice(0, 200)) sentinel.judge(record)
  const far = { ...SLOW, latency: 90_000 }
  const id = idOf(sentinel, far)
  sentinel.operator.onAnomaly(id, EXPECTED)
  expect(alerts(sentinel, far)).toBe(false)
  expect(sentinel.operator.onAnomaly(id, THREAT).forgotten).toBeNull()
  expect(alerts(sentinel, far)).toBe(true)
  expect(() => sentinel.operator.pause(1)).toThrow('a given forest judges, and nothing is learnt')
})

test('in a plain window a threat is kept out from now on, and that its routes are not known is said', async () => {
  const sentinel = await sentinelOf({
    detector: { ...DEFAULTS, baseline: 'window', contamination: 0.01, retrainEvery: 1_000_000 },
  })
  for (const record of traffic.slice(0, 50)) sentinel.judge(record)
  await sentinel.detector.settled()
  for (const record of traffic.slice(50, 200)) sentinel.judge(record)
  const far = { latency: 900_000, input_length: 9_000_000, errors: 40, route: '/analyze' }
  const { forgotten, warning } = sentinel.operator.onAnomaly(idOf(sentinel, far), THREAT)
  expect(forgotten?.baseline).toBe(0)
  expect(warning).toContain('the plain window keeps no routes')
  const { historySize } = sentinel.detector
  sentinel.judge(far)
  expect(sentinel.detector.historySize).toBe(historySize)
})

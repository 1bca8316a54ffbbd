import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Detector } from '#sentinel/detector/detector.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32 } from '../../../made-up/random.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { taught } from '../../../made-up/trial/replay.js'

let detector: Detector
beforeAll(async () => {
  detector = await taught(madeUpTraffic(2000))
})
afterAll(() => detector.close())

test('latency at 1, 10 and 1000 times the maximum gives three rising scores', () => {
  const longest = Math.max(...madeUpTraffic(2000).map((record) => record.latency))
  const scores = [1, 10, 1000, 1e300].map(
    (times) => detector.analyze({ latency: longest * times, input_length: 900, errors: 0 }).score,
  )
  for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1] as number)
  expect(scores.at(-1)).toBeLessThanOrEqual(1)
})

test('the contributions add up to the score, within the range and beyond it', () => {
  const records: Telemetry[] = [
    { latency: 3, input_length: 40, errors: 0, route: '/health' },
    { latency: 3e7, input_length: 40, errors: 0, route: '/health' },
    { latency: 120, input_length: 9e9, errors: 500, route: '/analyze' },
    { latency: 120, input_length: 900, errors: 0 },
  ]
  for (const record of records) {
    const { score, contributions } = detector.analyze(record, { detail: true })
    const bits = contributions.reduce((sum, contribution) => sum + contribution.bits, 0)
    expect(2 ** (bits - 1)).toBeCloseTo(score, 10)
  }
})

test('the bits beyond the range go to the feature that left it', () => {
  const bitsOf = (latency: number) =>
    detector
      .analyze({ latency, input_length: 40, errors: 0, route: '/health' }, { detail: true })
      .contributions.map((contribution) => contribution.bits)
  const near = bitsOf(1e6)
  const far = bitsOf(1e9)
  expect(far[0]).toBeGreaterThan(near[0] as number)
  expect(far.slice(1)).toEqual(near.slice(1))
})

test('a record is judged by its own route, and explained in raw units against it', () => {
  const slow = { latency: 120, input_length: 40, errors: 0 }
  const onHealth = detector.analyze({ ...slow, route: '/health' }, { detail: true })
  const usual = detector.analyze({ ...slow, input_length: 900, route: '/analyze' }, { detail: true })
  expect(onHealth.anomalous).toBe(true)
  expect(usual.anomalous).toBe(false)
  expect(onHealth.scope).toBe('route')
  const [latency] = onHealth.contributions
  expect(latency).toMatchObject({ feature: 'latency', unit: 'ms', value: 120, percentile: 100 })
  expect(latency?.median).toBeGreaterThan(2)
  expect(latency?.median).toBeLessThan(4)
})

test('a new route is judged by all records', () => {
  const verdict = detector.analyze(
    { latency: 50, input_length: 400, errors: 0, route: '/new' },
    { detail: true },
  )
  expect(verdict.scope).toBe('baseline')
  expect(verdict.fittedRows).toBe(1000)
})

test('a new route is judged by those that are generally called alike, where there are some', async () => {
  const tenants = Array.from({ length: 200 }, (_, i) => ({
    latency: 5000 + (i % 50),
    input_length: 900,
    errors: 0,
    route: `/t/tenant${i % 2}/x`,
  }))
  const learning = await taught([...madeUpTraffic(800), ...tenants])
  await learning.settled()
  const probe = { latency: 5020, input_length: 900, errors: 0 }
  const alike = learning.rate({ ...probe, route: '/t/tenant7/x' }, { detail: true })
  expect(alike).toMatchObject({ scope: 'route', anomalous: false })
  expect(alike.contributions[0]?.median).toBeGreaterThanOrEqual(5000)
  expect(learning.rate({ ...probe, route: '/other/tenant7' }, { detail: true }).scope).toBe('baseline')
  await learning.close()
})

test.each(['/health', undefined])('medians and ranks are those of the last fit (route %s)', async (route) => {
  const learning = await taught(madeUpTraffic(1000), { retrainEvery: 1_000_000 })
  await learning.settled()
  const probe = { latency: 31, input_length: 700, errors: 0, ...(route === undefined ? {} : { route }) }
  const facts = () =>
    learning
      .analyze(probe, { detail: true })
      .contributions.map(({ median, percentile }) => [median, percentile])
  const atTheFit = facts()
  // Ordinary records are learnt from at once, and would move what is counted among the latest.
  for (const record of madeUpTraffic(400, 5)) learning.analyze(record)
  expect(facts()).toEqual(atTheFit)
  await learning.close()
})

test('a constant feature that moves by a trifle is no threat, one that doubles is', async () => {
  const still = { latency: 100, input_length: 64, errors: 0 }
  const constant = await taught(Array.from({ length: 300 }, () => still))
  expect(constant.analyze({ ...still, latency: 100.5 }).anomalous).toBe(false)
  expect(constant.analyze({ ...still, input_length: 65 }).anomalous).toBe(false)
  expect(constant.analyze({ ...still, latency: 200 }).anomalous).toBe(true)
  await constant.close()
})

test('trifling moves among constant records do not make the next one a threat', async () => {
  const records = Array.from({ length: 400 }, (_, i) => ({
    latency: i % 90 ? 100 : 100.4,
    input_length: 64,
    errors: 0,
  }))
  const constant = await taught(records)
  expect(constant.analyze({ latency: 100.4, input_length: 64, errors: 0 }).anomalous).toBe(false)
  await constant.close()
})

test('directions and ignored differences silence what the operator does not care for', async () => {
  const policies = { latency: { direction: 'high', ignoreRelative: 3 }, errors: { ignore: 2 } } as const
  for (const baseline of ['guarded', 'window'] as const) {
    const random = mulberry32(3)
    const records = Array.from({ length: 1000 }, () => ({
      latency: 100 * Math.exp(0.1 * gaussian(random)),
      input_length: Math.round(500 * Math.exp(0.3 * gaussian(random))),
      errors: 0,
    }))
    const quiet = await taught(records, { policies, baseline })
    const loud = await taught(records, { baseline })
    const usual = { latency: 100, input_length: 500, errors: 0 }
    for (const change of [{ latency: 1 }, { latency: 300 }]) {
      expect(loud.analyze({ ...usual, ...change }).anomalous).toBe(true)
      expect(quiet.analyze({ ...usual, ...change }).anomalous).toBe(false)
    }
    expect(quiet.analyze({ ...usual, errors: 2 }).anomalous).toBe(false)
    expect(quiet.analyze({ ...usual, latency: 1000 }).anomalous).toBe(true)
    await quiet.close()
    await loud.close()
  }
})

test('an anomaly that is less sure than the least confidence is none', async () => {
  const records = madeUpTraffic(1500)
  const all = await taught(records)
  const sure = await taught(records, { minConfidence: 0.99 })
  let dropped = 0
  for (const record of madeUpTraffic(400, 77)) {
    const free = all.analyze(record)
    const bound = sure.analyze(record)
    expect(bound.score).toBe(free.score)
    expect(bound.anomalous).toBe(free.anomalous && free.confidence >= 0.99)
    if (free.anomalous && !bound.anomalous) dropped += 1
  }
  expect(dropped).toBeGreaterThan(0)
  await all.close()
  await sure.close()
})

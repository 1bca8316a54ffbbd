// The largest and the smallest numbers there are, in every field: nothing is lost, and nobody else notices.
import { expect, test } from 'vitest'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32, type RandomSource } from '../../made-up/random.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { Watched } from '../watched-sentinel.js'

const ordinary = codeRunnerTraffic(1500, 42)

async function judged(watched: Watched, records: readonly object[]): Promise<[number, number | null][]> {
  const judgements = await watched.judge(records as Telemetry[])
  for (const { verdict, p } of judgements) {
    expect(p === null || (p >= 0 && p <= 1)).toBe(true)
    for (const { value, median, bits } of verdict.contributions)
      expect([value, median, bits].every(Number.isFinite)).toBe(true)
  }
  return judgements.map(({ verdict, p }) => [verdict.score, p])
}

/** From 0 to the largest number, as many of each power of ten. */
const anyPower = (random: RandomSource): number =>
  random.uniform() < 0.1 ? 0 : 10 ** (632 * random.uniform() - 324)
const largest = (random: RandomSource): number =>
  (random.uniform() < 0.5 ? -1 : 1) * Number.MAX_VALUE * (1 - random.uniform() / 10)
const least = (random: RandomSource): number => Number.MIN_VALUE * random.below(5)
const anyNumber = (random: RandomSource): number =>
  ([anyPower, largest, least, () => 1][random.below(4)] as typeof least)(random)

test('after records of extreme numbers a state is kept and taken over, and another sentinel judges as before', async () => {
  const before = await judged(await Watched.create(), ordinary)
  const random = mulberry32(3)
  const odd = Array.from({ length: 1500 }, () => ({
    latency: anyPower(random),
    input_length: anyPower(random),
    errors: anyPower(random),
    route: random.uniform() < 0.5 ? '/a' : '/b',
  }))
  const troubled = await Watched.create()
  await judged(troubled, odd)
  const restored = await Watched.create({}, troubled.nowMs)
  restored.sentinel.restore(decodeState(encodeState(troubled.sentinel.snapshot())))
  const more = odd.slice(0, 300)
  expect(await judged(restored, more)).toEqual(await judged(troubled, more))
  expect(await judged(await Watched.create(), ordinary)).toEqual(before)
})

test.each([
  { of: 'any power of ten', numberOf: anyPower },
  { of: 'the largest of both signs', numberOf: largest },
  { of: 'the least', numberOf: least },
  { of: 'all kinds', numberOf: anyNumber },
])('declared fields, and what is derived from them, may be $of', async ({ numberOf }) => {
  const telemetry = declaredTelemetry({
    route: '/path',
    features: [
      { name: 'a' },
      { name: 'b', direction: 'low' },
      { name: 'c', direction: 'high' },
      { name: 'd', scale: 'linear' },
      { name: 'e', missing: 'median' },
      { name: 'changed', from: 'delta(a)' },
      { name: 'share', from: 'ratio(a, b)' },
    ],
  })
  const random = mulberry32(4)
  const records = Array.from({ length: 1500 }, () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => numberOf(random))
    return { a, b, c, d, ...(random.uniform() < 0.2 ? {} : { e }), path: `/${random.below(3)}` }
  })
  const options = { telemetry, detector: { telemetry, nTrees: 30, rules: {} } }
  const watched = await Watched.create(options)
  await judged(watched, records)
  const { sentinel } = watched
  for (const { features } of sentinel.activity.routes())
    for (const { median, p95 } of features) expect([median, p95].every(Number.isFinite)).toBe(true)
  const restored = await Watched.create(options, watched.nowMs)
  restored.sentinel.restore(decodeState(encodeState(sentinel.snapshot())))
  expect(restored.sentinel.activity.routes()).toEqual(sentinel.activity.routes())
  const more = records.slice(0, 200)
  expect(await judged(restored, more)).toEqual(await judged(watched, more))
})

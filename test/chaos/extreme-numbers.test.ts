// The largest and the smallest numbers there are, in every field: nothing is lost, and nobody else notices.
import { expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32 } from '../../made-up/random.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { Watched } from '../watched-sentinel.js'

const ordinary = codeRunnerTraffic(1500, 42)

async function judged(watched: Watched, records: readonly Telemetry[]): Promise<[number, number | null][]> {
  const judgements = await watched.judge(records)
  return judgements.map(({ verdict, p }) => [verdict.score, p])
}

/** Numbers from 0 to the largest, as many of each power of ten. */
function extremes(count: number): Telemetry[] {
  const random = mulberry32(3)
  const any = (): number => (random.uniform() < 0.1 ? 0 : 10 ** (632 * random.uniform() - 324))
  return Array.from({ length: count }, () => ({
    latency: any(),
    input_length: any(),
    errors: any(),
    route: random.uniform() < 0.5 ? '/a' : '/b',
  }))
}

test('after records of extreme numbers a state is kept and taken over, and another sentinel judges as before', async () => {
  const before = await judged(await Watched.create(), ordinary)
  const troubled = await Watched.create()
  const odd = extremes(1500)
  for (const [, p] of await judged(troubled, odd)) expect(p === null || (p >= 0 && p <= 1)).toBe(true)
  const restored = await Watched.create({}, troubled.nowMs)
  restored.sentinel.restore(troubled.sentinel.snapshot())
  const more = odd.slice(0, 300)
  expect(await judged(restored, more)).toEqual(await judged(troubled, more))
  expect(await judged(await Watched.create(), ordinary)).toEqual(before)
})

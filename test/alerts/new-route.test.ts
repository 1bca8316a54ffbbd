import { describe, expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32 } from '../../made-up/random.js'
import { Watched } from '../watched-sentinel.js'

const random = mulberry32(11)
const near = (value: number): number => value * (0.7 + 0.6 * random.uniform())

function record(route: string, latency: number, length: number): Telemetry {
  return { route, latency: near(latency), input_length: Math.round(near(length)), errors: 0 }
}

/** Three routes that are alike, and between their records those of a new one. */
const KNOWN = [
  ['/a', 20, 300],
  ['/b', 60, 900],
  ['/c', 150, 2000],
] as const
function usual(i: number): Telemetry {
  const [route, latency, length] = KNOWN[i % 3] as (typeof KNOWN)[number]
  return record(route, latency, length)
}

async function experienced(): Promise<Watched> {
  const watched = await Watched.create({ detector: { rules: { latency: 5000, errors: 5 } } })
  await watched.judge(Array.from({ length: 2000 }, (_, i) => usual(i)))
  return watched
}

describe('a route that is new to an experienced service', () => {
  test.each([
    ['slower', 1500, 2000],
    ['larger', 100, 90_000],
    ['faster', 1, 0],
  ] as const)('is not told of for being %s than all others', async (_, latency, length) => {
    const watched = await experienced()
    const mixed = Array.from({ length: 600 }, (_, i) =>
      i % 4 === 3 ? record('/new', latency, length) : usual(i),
    )
    const told = (await watched.judge(mixed)).filter(
      ({ anomaly }, i) => mixed[i]?.route === '/new' && anomaly !== null,
    )
    expect(told).toHaveLength(0)
  })

  test('is told of for what a static limit forbids, as something to look at, with how little is known', async () => {
    const watched = await experienced()
    const [first] = await watched.judge([{ route: '/new', latency: 9000, input_length: 10, errors: 7 }])
    expect(first?.anomaly).toMatchObject({ action: 'observe', incident: null })
    expect(await first?.anomaly?.reason).toContain('not enough known of this route yet')
  })

  test('is told of by a static limit with the confidence of the forest while there is no p of it', async () => {
    const watched = await Watched.create({ detector: { rules: { latency: 5000, errors: 5 } } })
    const mixed = Array.from({ length: 400 }, (_, i) =>
      i % 4 === 3 && i > 100 ? { ...record('/new', 20_000, 10), errors: 7 } : usual(i),
    )
    const unknown = (await watched.judge(mixed)).filter(({ p, anomaly }) => anomaly !== null && p === 1)
    expect(unknown.length).toBeGreaterThan(0)
    for (const { anomaly, verdict } of unknown) expect(anomaly?.confidence).toBe(verdict.confidence)
  })

  test('is told of for what is rare on it, once it is known', async () => {
    const watched = await experienced()
    await watched.judge(
      Array.from({ length: 1600 }, (_, i) => (i % 4 === 3 ? record('/new', 1500, 2000) : usual(i))),
    )
    const judgements = await watched.judge(
      Array.from({ length: 10 }, () => ({ ...record('/new', 45_000, 2000), errors: 3 })),
    )
    expect(judgements.filter(({ anomaly }) => anomaly !== null).length).toBeGreaterThanOrEqual(8)
  })
})

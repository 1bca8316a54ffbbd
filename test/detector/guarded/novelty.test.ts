import { expect, test } from 'vitest'
import type { Detector } from '#sentinel/detector/detector.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32 } from '../../../made-up/random.js'
import { taught } from '../../../made-up/trial/replay.js'

function calm(n: number, seed: number, routes: readonly string[] = ['/a']): Telemetry[] {
  const random = mulberry32(seed)
  return Array.from({ length: n }, () => ({
    latency: 40 * Math.exp(0.3 * gaussian(random)),
    input_length: Math.round(500 * Math.exp(0.3 * gaussian(random))),
    errors: 0,
    route: routes[random.below(routes.length)] as string,
  }))
}

const failing = (errors: number, route = '/a'): Telemetry => ({
  latency: 40,
  input_length: 500,
  errors,
  route,
})

async function scores(detector: Detector, records: readonly Telemetry[]): Promise<number[]> {
  const all = records.map((record) => detector.rate(record).score)
  await detector.close()
  return all
}

test.each([
  [1, 0.1],
  [5, 0.01],
  [1000, 0.01],
] as const)(
  '%d errors after 2,000 records without any are odd, at contamination %f',
  async (errors, contamination) => {
    for (const seed of [1, 2, 3]) {
      const detector = await taught(calm(2000, seed), { contamination, seed })
      const { anomalous, contributions, score } = detector.rate(failing(errors), { detail: true })
      expect(anomalous).toBe(true)
      const bits = contributions.map((one) => one.bits)
      expect(bits.indexOf(Math.max(...bits))).toBe(2)
      expect(2 ** (-1 + bits.reduce((sum, one) => sum + one, 0))).toBeCloseTo(score, 10)
      await detector.close()
    }
  },
)

test('the longer there were none, the odder is the first', async () => {
  const of: number[] = []
  for (const n of [200, 800, 3200, 6400]) of.push(...(await scores(await taught(calm(n, 7)), [failing(1)])))
  expect([...of].sort((a, b) => a - b)).toEqual(of)
})

test('where some routes have errors, the first on another is no novelty', async () => {
  const records = calm(3000, 8, ['/a', '/b', '/c']).map((record, i) =>
    i % 12 === 0 ? { ...record, errors: 1 } : record,
  )
  const detector = await taught(records)
  const { score } = detector.rate(failing(1))
  expect(score).toBeLessThan(0.9)
  await detector.close()
})

test('where every route is rare, errors are as odd as all records without any make them', async () => {
  const names = Array.from('abcdefghijklmnopqrstuvwxyz')
  const rare = names.flatMap((a) => names.map((b) => `/${a}${b}`))
  const detector = await taught(calm(2000, 9, rare))
  for (const route of ['/aa', '/unheard-of'])
    expect(detector.rate(failing(1, route), { detail: true })).toMatchObject({
      anomalous: true,
      scope: 'baseline',
    })
  await detector.close()
})

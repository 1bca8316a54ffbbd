import { expect, test } from 'vitest'
import { fastLog } from '#sentinel/alerts/rarity/fast-log.js'
import { mulberry32 } from '../../../made-up/random.js'

test('is the natural logarithm to within 1e-12, of any number there is', () => {
  const random = mulberry32(5)
  let worst = 0
  for (let i = 0; i < 200_000; i++) {
    const x = 2 ** ((random.uniform() - 0.5) * 2000) * (1 + random.uniform())
    worst = Math.max(worst, Math.abs(fastLog(x) - Math.log(x)) / Math.max(1, Math.abs(Math.log(x))))
  }
  for (let i = -1000; i <= 1000; i++)
    worst = Math.max(worst, Math.abs(fastLog(1 + i * 1e-6) - Math.log(1 + i * 1e-6)))
  expect(worst).toBeLessThan(1e-12)
  expect(fastLog(1)).toBeCloseTo(0, 12)
})

test('never falls as the number grows', () => {
  const falls: number[] = []
  let last = Number.NEGATIVE_INFINITY
  for (let x = 1e-6; x < 20; x *= 1.0001) {
    const log = fastLog(x)
    if (!(log > last)) falls.push(x)
    last = log
  }
  expect(falls).toEqual([])
})

test('of what has none is what Math.log says', () => {
  for (const x of [0, -0, -1, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, 1e-310])
    expect(fastLog(x)).toBe(Math.log(x))
  expect(fastLog(Number.MAX_VALUE)).toBeCloseTo(Math.log(Number.MAX_VALUE), 9)
})

import { expect, test } from 'vitest'
import { TailGate } from '#sentinel/detector/guarded/admission/tail-gate.js'

const scores = Float64Array.from({ length: 1000 }, (_, i) => i / 1000)

function passed(records: number, score: (i: number) => number | null): number {
  const gate = new TailGate()
  gate.calibrate(0.1, scores)
  let count = 0
  for (let i = 0; i < records; i++) {
    gate.tick()
    const odd = score(i)
    if (odd !== null && gate.pass(odd)) count += 1
  }
  return count
}

test('of a flood of records odder than all of the baseline only a handful passes', () => {
  expect(passed(1000, () => 2)).toBeLessThanOrEqual(5)
})

test('a tail that comes at its own rate passes nearly whole', () => {
  // One record in ten, its rank going evenly through the top tenth of the baseline.
  const tail = (i: number) => (i % 10 === 0 ? 0.9 + ((((i / 10) * 37) % 100) + 0.5) / 1000 : null)
  expect(passed(10_000, tail) / 1000).toBeGreaterThan(0.95)
})

test('all octaves together let in at most twice the expected share, and what they held', () => {
  const any = (i: number) => 0.9 + ((i * 37) % 100) / 1000
  expect(passed(10_000, any)).toBeLessThanOrEqual(2 * 0.1 * 10_000 + 30)
})

test('the two highest scores of a few have buckets of their own', () => {
  const gate = new TailGate()
  gate.calibrate(
    0.1,
    Float64Array.from({ length: 20 }, (_, i) => i),
  )
  const highest = (): boolean => gate.pass(19.5)
  expect([highest(), highest()]).toEqual([true, false])
  expect(gate.pass(18.5)).toBe(true)
})

test('where the share is less than one score wide, odd records pass at twice the share all the same', () => {
  const gate = new TailGate()
  gate.calibrate(
    0.01,
    Float64Array.from({ length: 50 }, (_, i) => i),
  )
  let count = 0
  for (let i = 0; i < 1000; i++) {
    gate.tick()
    if (gate.pass(1e9)) count += 1
  }
  expect(count).toBeGreaterThanOrEqual(2 * 0.01 * 1000)
  expect(count).toBeLessThanOrEqual(2 * 0.01 * 1000 + 1)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnomalyRate } from '#sentinel/detector/anomaly-rate.js'

test('is 0 before the first verdict', () => {
  expect(new AnomalyRate(10).value).toBe(0)
})

test('is the share of anomalies among the last verdicts, as many as fit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.boolean(), { minLength: 1 }),
      (capacity, flags) => {
        const rate = new AnomalyRate(capacity)
        for (const flag of flags) rate.push(flag)
        const last = flags.slice(-capacity)
        expect([...rate.capture()]).toEqual(last.map(Number))
        expect(rate.value).toBeCloseTo(last.filter(Boolean).length / last.length, 12)
      },
    ),
    { seed: 1 },
  )
})

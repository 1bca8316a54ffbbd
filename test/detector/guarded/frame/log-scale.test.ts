import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linearPerUnit, perUnitOf, toLog } from '#sentinel/detector/guarded/frame/log-scale.js'

const ascending = (values: number[]): Float64Array => Float64Array.from(values).sort()

test('counts that are mostly 0 are taken in ones', () => {
  const counts = ascending(Array.from({ length: 200 }, (_, i) => (i % 20 > 0 ? 0 : i === 0 ? 7 : 1)))
  expect(1 / perUnitOf(counts)).toBeCloseTo(0.95, 2)
})

test('values that are never near 0 have ratios for differences', () => {
  const perUnit = perUnitOf(ascending([60, 70, 80, 90, 100]))
  expect(toLog(1000, perUnit) - toLog(100, perUnit)).toBeCloseTo(Math.LN10, 1)
})

test('where nothing but 0 is known, any other value is one unit', () => {
  expect(perUnitOf(ascending([0, 0, 0]))).toBe(0)
  expect([0, 1e-9, 5, -3].map((value) => toLog(value, 0))).toEqual([0, Math.LN2, Math.LN2, -Math.LN2])
})

test('what is counted in other units has the same logs', () => {
  const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(values, fc.double({ min: -9, max: 9, noNaN: true }), (some, power) => {
      const times = 10 ** power
      const plain = perUnitOf(ascending(some))
      const other = perUnitOf(ascending(some.map((value) => value * times)))
      for (const value of some) {
        if (Math.abs(value) < 1e-200 && value !== 0) continue
        expect(toLog(value * times, other)).toBeCloseTo(toLog(value, plain), 9)
      }
    }),
    { seed: 1, numRuns: 300 },
  )
})

test.each([
  ['ratios', perUnitOf],
  ['differences', linearPerUnit],
])(
  'of the largest and the smallest numbers there are, and of a scale of either, %s are numbers, too',
  (_of, unitOf) => {
    const value = fc.oneof(
      fc.constantFrom(0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), value, value, (some, one, other) => {
        const perUnit = unitOf(ascending(some))
        const [a, b] = [toLog(one, perUnit), toLog(other, perUnit)]
        // A distance, in spreads of one scale and those of another.
        expect(Number.isFinite((2 * (a - b)) / 0.05)).toBe(true)
        if (one > other) expect(a).toBeGreaterThanOrEqual(b)
      }),
      { seed: 2, numRuns: 2000 },
    )
  },
)

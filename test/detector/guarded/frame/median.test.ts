import fc from 'fast-check'
import { expect, test } from 'vitest'
import { medianOf, spreadAround } from '#sentinel/detector/guarded/frame/median.js'

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 60 })

test('the median is what sorting says', () => {
  fc.assert(
    fc.property(values, (list) => {
      const sorted = Float64Array.from(list).sort()
      const n = sorted.length
      const expected = ((sorted[(n - 1) >> 1] as number) + (sorted[n >> 1] as number)) / 2
      expect(medianOf(Float64Array.from(list), n)).toBeCloseTo(expected, 6)
    }),
    { seed: 1 },
  )
})

test('the spread of 1..9 around 5 is 1.4826 times 2', () => {
  expect(spreadAround(5, Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 9)).toBeCloseTo(2.9652, 12)
})

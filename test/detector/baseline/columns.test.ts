import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Columns, countUpTo, sortedColumns } from '#sentinel/detector/baseline/columns.js'
import { medianOf } from '#sentinel/detector/guarded/frame/median.js'

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 })

function columnsOf(list: readonly number[]): Columns {
  return new Columns(sortedColumns(Float64Array.from(list), 1, list.length, new Float64Array(64)))
}

test('ties count half in a rank', () => {
  const columns = columnsOf([3, 2, 1, 2])
  expect([0, 2, 9].map((value) => columns.midRank(0, value))).toEqual([0, 50, 100])
})

test('median and ranks are what counting says', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: -25, max: 25 }), (list, value) => {
      const columns = columnsOf(list)
      const below = list.filter((other) => other < value).length
      const ties = list.filter((other) => other === value).length
      expect(columns.size).toBe(list.length)
      expect(columns.median(0)).toBe(medianOf(Float64Array.from(list), list.length))
      expect(columns.midRank(0, value)).toBeCloseTo((100 * (below + ties / 2)) / list.length, 10)
      expect(countUpTo(Float64Array.from(list).sort(), value)).toBe(below + ties)
    }),
    { seed: 3 },
  )
})

test('each feature is sorted by itself, and what was captured stays as it was', () => {
  const storage = new Float64Array(6)
  const columns = new Columns(sortedColumns(Float64Array.of(5, 1, 3, 9, 4, 2), 2, 3, storage))
  const captured = columns.capture()
  storage.fill(0)
  expect(captured).toEqual([Float64Array.of(3, 4, 5), Float64Array.of(1, 2, 9)])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CellCounts } from '#sentinel/detector/guarded/admission/cell-counts.js'
import { RecordStore } from '#sentinel/detector/guarded/record-store.js'

// Few cells, whose places in the table collide: they differ in the upper bits alone.
const cell = fc.integer({ min: 0, max: 200 }).map((n) => ((n << 26) ^ n) >>> 0)
const steps = fc.array(fc.tuple(fc.boolean(), cell), { maxLength: 600 })

test('counts are those of a Map, through growing, emptying and removing what is not there', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const counts = new CellCounts()
      const expected = new Map<number, number>()
      for (const [adds, one] of list) {
        const before = expected.get(one) ?? 0
        if (adds) counts.add(one)
        else counts.remove(one)
        expected.set(one, adds ? before + 1 : Math.max(before - 1, 0))
      }
      for (const [one, count] of expected) expect(counts.of(one)).toBe(count)
      expect(counts.of(0xfeed_beef)).toBe(0)
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('a table is never full for cells that all begin at every other place', () => {
  const counts = new CellCounts()
  const cells = Array.from({ length: 500 }, (_, i) => 2 * i)
  for (const one of cells) counts.add(one)
  expect(cells.every((one) => counts.of(one) === 1 && counts.of(one + 1) === 0)).toBe(true)
})

test('a recount forgets what was before', () => {
  const counts = new CellCounts()
  counts.add(9)
  const store = new RecordStore(3, 1)
  store.cells.set([4, 4, 0])
  store.size = 3
  counts.recount(store)
  expect([9, 4, 0].map((one) => counts.of(one))).toEqual([0, 2, 1])
})

import { expect, test } from 'vitest'
import { CellGrid, sharedCell } from '#sentinel/detector/guarded/admission/cell-grid.js'
import { RecordStore } from '#sentinel/detector/guarded/record-store.js'
import { gaussian, mulberry32 } from '../../../../made-up/random.js'

function storeOf(values: readonly number[]): RecordStore {
  const store = new RecordStore(values.length, 1)
  store.logs.set(values)
  store.size = values.length
  return store
}

const random = mulberry32(5)
const natural = storeOf(Array.from({ length: 1000 }, () => gaussian(random)))
const unit = () => Float64Array.of(1)

test('cells are so fine that natural traffic does not crowd', () => {
  const grid = CellGrid.fit(unit, natural, null)
  grid.label(natural)
  expect(grid.quota).toBe(0.01)
  expect(sharedCell(natural.cells.slice())).toBeLessThanOrEqual(0.005)
})

test('identical records share a cell, distant ones do not', () => {
  const grid = CellGrid.fit(unit, natural, null)
  const cellOf = (log: number) => grid.cellOf(Float64Array.of(log), 0, unit())
  expect(cellOf(3)).toBe(cellOf(3))
  expect(cellOf(3)).not.toBe(cellOf(4))
})

test('traffic of few distinct values gets a quota above its own crowding', () => {
  const discrete = storeOf(Array.from({ length: 1000 }, (_, i) => i % 4))
  const grid = CellGrid.fit(unit, discrete, null)
  expect(grid.quota).toBeCloseTo(0.5, 1)
  // It is not for want of fine cells: there is an end to how near is near.
  expect(grid.capture().perSpread).toBe(256)
})

test('however varied the traffic is, what is a quarter of a spread apart is not near', () => {
  const varied = storeOf(Array.from({ length: 1000 }, (_, i) => 10 * i))
  const grid = CellGrid.fit(unit, varied, null)
  expect(grid.capture()).toEqual({ quota: 0.01, perSpread: 4 })
  expect(CellGrid.fit(unit, varied, grid).capture()).toEqual(grid.capture())
})

test('two of four equal pairs share a cell by count', () => {
  expect(sharedCell(Uint32Array.of(1, 2, 1, 3))).toBeCloseTo(2 / 12, 12)
})

test('a search that begins at another grid ends at the same one', () => {
  const stores = [natural, storeOf(Array.from({ length: 1000 }, (_, i) => i % 4)), storeOf([1, 1, 2])]
  const grids = stores.map((store) => CellGrid.fit(unit, store, null))
  for (const [i, store] of stores.entries()) {
    CellGrid.fit(unit, store, null)
    const cells = store.cells.slice()
    for (const before of grids) {
      expect(CellGrid.fit(unit, store, before).capture()).toEqual(grids[i]?.capture())
      expect(store.cells).toEqual(cells)
    }
  }
})

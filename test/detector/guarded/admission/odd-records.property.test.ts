import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OddRecords } from '#sentinel/detector/guarded/admission/odd-records.js'
import { RecordStore } from '#sentinel/detector/guarded/record-store.js'

const CAPACITY = 5
const CELLS = 3

/** What happens to the ring: a record of a cell comes, records of a cell go, all go, or the process starts again. */
type Step = { readonly kind: 'add' | 'remove' | 'clear' | 'restart'; readonly cell: number }

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('add' as const) },
    { weight: 1, arbitrary: fc.constantFrom('remove', 'clear', 'restart') },
  ),
  cell: fc.nat(CELLS - 1),
})

interface Kept {
  readonly value: number
  readonly cell: number
}

function recordOf({ value, cell }: Kept): RecordStore {
  const record = new RecordStore(1, 1)
  record.values[0] = value
  record.routes[0] = `/${value}`
  record.cells[0] = cell
  record.size = 1
  return record
}

function valuesOf(ring: OddRecords, count?: number): (number | undefined)[] {
  return ring.newest(count).map((i) => ring.records.values[i])
}

/** The ring does what a list of the latest records does. */
function follow(steps: readonly Step[]): void {
  let ring = new OddRecords(CAPACITY, 1)
  let list: Kept[] = []
  for (const [value, { kind, cell }] of steps.entries()) {
    if (kind === 'add') {
      ring.add(recordOf({ value, cell }), cell)
      list = [...list, { value, cell }].slice(-CAPACITY)
    } else if (kind === 'remove') {
      const left = list.filter((one) => one.cell !== cell)
      expect(ring.retain((i) => ring.records.cells[i] !== cell)).toBe(list.length - left.length)
      list = left
    } else if (kind === 'clear') {
      ring.clear()
      list = []
    } else {
      const after = new OddRecords(CAPACITY, 1)
      after.restore(ring.capture(), ring.next)
      after.recount()
      ring = after
    }
    const values = list.map((one) => one.value)
    expect(valuesOf(ring)).toEqual(values)
    expect(valuesOf(ring, 2)).toEqual(values.slice(-2))
    expect(ring.newest().map((i) => ring.records.routes[i])).toEqual(values.map((each) => `/${each}`))
    for (let each = 0; each < CELLS; each++)
      expect(ring.of(each)).toBe(list.filter((one) => one.cell === each).length)
  }
}

test('the latest odd records are kept in their order and counted by cell, whatever goes in between', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), follow), { seed: 7, numRuns: 200 })
})

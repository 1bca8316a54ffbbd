import { expect, test } from 'vitest'
import { ShiftEvidence } from '#sentinel/detector/guarded/shifts/shift-evidence.js'

const yes = () => true
const no = () => false

/** Records until a shift is believed, of traffic in which `odd` of 10 are odd; null after a limit. */
function believed(odd: number, crowded: boolean, varied: () => boolean, limit = 100_000) {
  const evidence = new ShiftEvidence(1000)
  for (let i = 0; i < limit; i++) {
    const isOdd = (i * 7) % 10 < odd
    evidence.observe(isOdd, isOdd && crowded, 0.1)
    const shift = evidence.verdict(varied)
    if (shift !== null) return { after: i + 1, ...shift }
  }
  return null
}

test('twice the expected share of odd records is no shift, however long', () => {
  expect(believed(2, false, yes)).toBeNull()
})

test('varied odd records are released after a window of excess, and their share is told', () => {
  const shift = believed(6, false, yes)
  expect(shift?.kind).toBe('excess')
  expect(shift?.after).toBeCloseTo(2500, -2)
  expect(shift?.share).toBeCloseTo(0.6, 2)
})

test('varied odd records that took the place of all others are released after half a window', () => {
  expect(believed(10, false, yes)).toMatchObject({ kind: 'replaced', after: 500, share: 1 })
})

test('a usual record undoes three odd ones in the evidence that usual traffic is gone', () => {
  // Of ten records nine speak for it and one against: six are left.
  const shift = believed(9, false, yes)
  expect(shift?.kind).toBe('replaced')
  expect(shift?.after).toBeCloseTo((500 / 6) * 10, -1)
})

test('evidence begins at nothing, and is nothing after a reset', () => {
  const fresh = new ShiftEvidence(1000).capture()
  expect(fresh).toEqual(new Float64Array(7))
  const evidence = new ShiftEvidence(1000)
  for (let i = 0; i < 10; i++) evidence.observe(true, i % 2 === 0, 0.1)
  evidence.reset()
  expect(evidence.capture()).toEqual(fresh)
})

test('less varied ones than the baseline wait for the whole window', () => {
  const shift = believed(10, false, no)
  expect(shift?.kind).toBe('excess')
  expect(shift?.after).toBeCloseTo(1250, -1)
})

test('near-identical ones wait five windows of excess', () => {
  const shift = believed(10, true, yes)
  expect(shift?.kind).toBe('lasting')
  expect(shift?.after).toBeCloseTo(6250, -1)
})

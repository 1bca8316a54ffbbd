import { describe, expect, test } from 'vitest'
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

describe('with a clock', () => {
  const HOUR = 3_600_000

  /** What is believed of so many records in so many hours, all of them odd. */
  function lasted(records: number, hours: number, crowded: boolean) {
    let nowMs = 1e12
    const evidence = new ShiftEvidence(1000, () => nowMs)
    evidence.observe(false, false, 0.1)
    for (let i = 0; i < records; i++) {
      evidence.observe(true, crowded, 0.1)
      nowMs += (hours * HOUR) / records
    }
    return { evidence, verdict: () => evidence.verdict(no)?.kind ?? null }
  }

  test('after four hours a fifth of the evidence is enough, and not before', () => {
    expect(lasted(300, 3.9, false).verdict()).toBeNull()
    expect(lasted(300, 4.1, false).verdict()).toBe('excess')
    expect(lasted(1300, 3.9, true).verdict()).toBeNull()
    expect(lasted(1300, 4.1, true).verdict()).toBe('lasting')
    expect(lasted(1200, 4.1, true).verdict()).toBeNull()
  })

  test('the four hours begin anew with the evidence', () => {
    const { evidence, verdict } = lasted(300, 3.9, false)
    for (let i = 0; i < 3000; i++) evidence.observe(false, false, 0.1)
    for (let i = 0; i < 300; i++) evidence.observe(true, false, 0.1)
    expect(verdict()).toBeNull()
  })

  test('they go on over a restart; of a state that does not say when they began there are none', () => {
    const { evidence } = lasted(300, 3.9, false)
    const restored = (sinceMs?: number): ShiftEvidence => {
      const other = new ShiftEvidence(1000, () => 1e12 + 5 * HOUR)
      other.restore(evidence.capture(), sinceMs)
      return other
    }
    expect(restored(evidence.sinceMs).verdict(no)?.kind).toBe('excess')
    expect(restored().verdict(no)).toBeNull()
  })
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

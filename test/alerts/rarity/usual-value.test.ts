import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AlertsStateError } from '#sentinel/alerts/captured.js'
import { FOLLOWED_RECORDS, type RareSide, UsualValue } from '#sentinel/alerts/rarity/usual-value.js'
import { gaussian, mulberry32 } from '../../../made-up/random.js'

/** Milliseconds: a third of the answers from a cache, the others about 300. */
function latencies(count: number): Float64Array {
  const random = mulberry32(5)
  return Float64Array.from({ length: count }, () =>
    random.uniform() < 1 / 3 ? 1 + 0.2 * random.uniform() : 300 * Math.exp(0.1 * gaussian(random)),
  )
}

/** What is usual of values that came one after the other. */
function usualOf(values: Float64Array, side: RareSide): UsualValue {
  const usual = new UsualValue(20_000, side)
  usual.begin(values.subarray(0, 16))
  const distance = new Float64Array(1)
  for (let i = 16; i < values.length; i++) {
    usual.measure(values, i)
    distance[0] = usual.distance
    usual.learn(distance, 0, 1, FOLLOWED_RECORDS)
  }
  return usual
}

test.each(['high', 'low'] as const)(
  'of two kinds of values each is ranked by what came, rare if %s',
  (side) => {
    const values = latencies(1016)
    const usual = usualOf(values, side)
    for (const value of [250, 300, 330, 360]) {
      usual.measure([value], 0)
      usual.bet()
      const beyond = values.filter((each) => (side === 'high' ? each > value : each < value)).length
      // The usual value lies between the two kinds, and has moved by more than the width of either.
      expect(Math.abs(usual.upperShare - beyond / values.length)).toBeLessThan(0.04)
    }
  },
)

test.each(['high', 'low', 'both'] as const)('what is nearly always 0 is usually 0, rare if %s', (side) => {
  const random = mulberry32(7)
  const values = Float64Array.from({ length: 3000 }, () => (random.uniform() < 0.01 ? 1 : 0))
  const usual = usualOf(values, side)
  expect(usual.usual).toBe(0)
})

const anyNumbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 32,
  maxLength: 60,
})

test.each(['high', 'low', 'both'] as const)('any finite numbers have a usual value, rare if %s', (side) => {
  fc.assert(
    fc.property(anyNumbers, (numbers) => {
      const values = Float64Array.from(numbers)
      const usual = usualOf(values, side)
      expect([usual.usual, usual.deviation, usual.surprise()].every(Number.isFinite)).toBe(true)
      expect(usual.total).toBe(values.length)
      const restored = new UsualValue(20_000, side)
      restored.restore(usual.capture())
      expect(restored.usual).toBe(usual.usual)
      // What memories share while they count is as it was.
      const other = new UsualValue(20_000, side)
      other.begin(new Float64Array(16).fill(1))
      expect(other.total).toBe(16)
    }),
  )
})

test.each([
  { of: 'a unit of 0', place: [0, 1, 1, 16] },
  { of: 'a place beyond all numbers', place: [1, 1e9, 1, 16] },
  { of: 'a negative deviation', place: [1, 1, -1, 16] },
])('$of is not taken over', ({ place }) => {
  const usual = new UsualValue(20_000, 'high')
  usual.begin(new Float64Array(16).fill(1))
  const captured = { ...(usual.capture() as object), place: Float64Array.from(place) }
  expect(() => new UsualValue(20_000, 'high').restore(captured)).toThrow(AlertsStateError)
})

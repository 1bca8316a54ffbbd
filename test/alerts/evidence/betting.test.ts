import { expect, test } from 'vitest'
import {
  clippedNormalScore,
  eValue,
  LEAST_TABLED,
  logEValue,
  logEValueAbove,
  normalScore,
  tabledEValue,
} from '#sentinel/alerts/evidence/betting.js'

/** Mean over evenly spread p of (from, to]. */
function mean(of: (p: number) => number, from: number, to: number, steps = 400_000): number {
  let sum = 0
  for (let i = 0; i < steps; i++) sum += of(from + ((i + 0.5) * (to - from)) / steps)
  return sum / steps
}

test('a bet against an even p pays its stake on average', () => {
  // What is paid for p below some d is ∫ e = (1 - d) / -ln d, as logEValueAbove says.
  const d = 1e-4
  const above = mean((p) => eValue(-Math.log(p)), d, 1) * (1 - d)
  expect(above).toBeCloseTo(1 - (1 - d) / -Math.log(d), 4)
  expect(Math.exp(logEValueAbove(d)) * (1 - d)).toBeCloseTo(above, 4)
})

test('it pays half the stake at p = 1, and the more the smaller p', () => {
  expect(eValue(0)).toBe(0.5)
  expect(eValue(0.0199999)).toBeCloseTo(eValue(0.0200001), 4)
  expect(eValue(-Math.log(0.001))).toBeCloseTo(20.79, 2)
  for (let z = 0; z < 30; z += 0.01) expect(eValue(z + 0.01)).toBeGreaterThan(eValue(z))
})

test('the tables say the same, to a thousandth, from where they are fine enough', () => {
  for (let p = LEAST_TABLED + 1e-6; p <= 1; p += 0.00037) {
    const exact = eValue(-Math.log(p))
    expect(Math.abs(tabledEValue(p) / exact - 1)).toBeLessThan(0.005)
    expect(Math.abs(logEValue(p, -Math.log(p)) - Math.log(exact))).toBeLessThan(0.005)
  }
  for (const p of [0.05, 0.01, 1e-9]) expect(logEValue(p, -Math.log(p))).toBe(Math.log(eValue(-Math.log(p))))
})

// scipy.stats.norm.isf
test.each([
  [0.5, 0],
  [0.3, 0.5244005127080409],
  [0.05, 1.6448536269514729],
  [0.025, 1.9599639845400545],
  [0.024, 1.9773684281819468],
  [0.001, 3.090232306167813],
  [1e-6, 4.753424308822899],
  [0.9, -1.2815515655446004],
  [0.999999, -4.753424308817089],
])('a standard normal exceeds with %d the value %d', (share, value) => {
  expect(normalScore(share)).toBeCloseTo(value, 7)
})

test('a score of one value is bounded on both sides, and ordered', () => {
  expect(clippedNormalScore(0)).toBeCloseTo(3.3, 1)
  expect(clippedNormalScore(1)).toBeCloseTo(-3.3, 1)
  for (let share = 0; share < 1; share += 0.01)
    expect(clippedNormalScore(share)).toBeGreaterThan(clippedNormalScore(share + 0.01))
  expect(Math.abs(clippedNormalScore(0.25) - normalScore(0.25))).toBeLessThan(0.002)
})

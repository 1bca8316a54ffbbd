import { expect, test } from 'vitest'
import { inContext, suspicionOf } from '#sentinel/alerts/evidence/context.js'

const RATE_Z = Math.log(1000)

test('what chance comes to is no suspicion; a shift counts for more than as many rare records', () => {
  expect(suspicionOf(5, 5)).toBe(0)
  expect(suspicionOf(9, 0)).toBeGreaterThan(0)
  expect(suspicionOf(0, 9)).toBeGreaterThan(suspicionOf(9, 0))
})

test('a record is the rarer the more came before it, in the order of what it is by itself, and no alert by that', () => {
  for (const suspicion of [0.1, 1, 8, 100]) {
    let last = 0
    for (let z = 0.1; z < 12; z += 0.1) {
      const told = inContext(z, suspicion, RATE_Z)
      expect(told).toBeGreaterThanOrEqual(z)
      expect(told).toBeGreaterThanOrEqual(last - 1e-9)
      if (z < RATE_Z) expect(told).toBeLessThan(RATE_Z)
      else expect(told).toBe(z)
      last = told
    }
  }
  expect(inContext(1, 8, RATE_Z)).toBeGreaterThan(inContext(1, 2, RATE_Z) + 1)
})

test('without suspicion, and where nothing is said of a record, nothing changes', () => {
  expect(inContext(3, 0, RATE_Z)).toBe(3)
  expect(inContext(0, 8, RATE_Z)).toBe(0)
})

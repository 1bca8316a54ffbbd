import { expect, test } from 'vitest'
import { Gate } from '#sentinel/alerts/rarity/gate.js'
import { mulberry32 } from '../../../made-up/random.js'

test('nearly all rare records of ordinary traffic pass', () => {
  const gate = new Gate(2)
  const random = mulberry32(3)
  let came = 0
  let passed = 0
  for (let i = 0; i < 200_000; i++) {
    const z = -Math.log(1 - random.uniform())
    if (z < 4) continue
    came += 1
    if (gate.pass(z, i, 1)) passed += 1
  }
  expect(passed / came).toBeGreaterThan(0.9)
})

test('a flood passes at twice the rate of what it is like, and no faster', () => {
  const gate = new Gate(2)
  let passed = 0
  for (let i = 0; i < 100_000; i++) if (gate.pass(9.5, i, 1)) passed += 1
  // p = e^-9.5 is in the octave 2^-14 to 2^-13: 6 in 100,000 ordinary records.
  expect(passed).toBeLessThanOrEqual(2 * 6 + 5)
})

/** -ln p in the middle of the octave from 2^-(k+1) to 2^-k. */
const zOf = (k: number): number => (k + 0.5) * Math.LN2

/** Records of an octave that pass at one moment. */
function passing(gate: Gate, octave: number, now: number, bursts = 1): number {
  let passed = 0
  while (passed < 100_000 && gate.pass(zOf(octave), now, bursts)) passed += 1
  return passed
}

test('an octave holds what a thousand ordinary records bring twice over, and four at least; deep ones begin empty', () => {
  const held = (octave: number): number => Math.max(4, 1000 * 2 * 2 ** -(octave + 1))
  const gate = new Gate(2)
  for (let octave = 0; octave <= 7; octave++)
    expect(passing(gate, octave, 0), `octave ${octave}`).toBe(Math.floor(held(octave)))
  for (let octave = 8; octave < 18; octave++) expect(passing(gate, octave, 0), `octave ${octave}`).toBe(0)
  const later = new Gate(2)
  for (let octave = 0; octave < 18; octave++)
    expect(passing(later, octave, 1e9), `octave ${octave}`).toBe(Math.floor(held(octave)))
})

test('an octave fills at twice the rate at which ordinary records bring it', () => {
  for (const octave of [9, 12, 16]) {
    const gate = new Gate(2)
    const records = 2 ** octave
    expect(gate.pass(zOf(octave), records - 1, 1)).toBe(false)
    expect(gate.pass(zOf(octave), records, 1)).toBe(true)
    expect(gate.pass(zOf(octave), 2 * records - 1, 1)).toBe(false)
    expect(gate.pass(zOf(octave), 2 * records, 1)).toBe(true)
  }
})

test('the last octave has all that is rarer', () => {
  const gate = new Gate(2)
  expect(gate.pass(700, 2 ** 16 - 1, 1)).toBe(false)
  expect(gate.pass(zOf(17), 2 ** 16, 1)).toBe(true)
  expect(gate.pass(700, 2 ** 16, 1)).toBe(false)
})

test('where rare records come in bursts, so many times as many pass', () => {
  const gate = new Gate(2)
  expect(passing(gate, 5, 1e9, 3)).toBe(Math.floor(3 * 1000 * 3 * 2 * 2 ** -6))
  expect(passing(gate, 5, 1e9 + 2 ** 5, 3)).toBe(3)
})

test('what is turned away takes nothing from what comes later', () => {
  const gate = new Gate(2)
  for (let now = 0; now < 512; now++) expect(gate.pass(zOf(9), now, 1)).toBe(false)
  expect(gate.pass(zOf(9), 512, 1)).toBe(true)
})

test('one that is restored goes on where it was', () => {
  const gate = new Gate(2)
  passing(gate, 3, 100)
  gate.pass(zOf(9), 300, 1)
  const restored = new Gate(2)
  restored.restore(gate.capture())
  for (let now = 300; now < 900; now++)
    for (const octave of [3, 9]) {
      const z = zOf(octave)
      expect(restored.pass(z, now, 1)).toBe(gate.pass(z, now, 1))
    }
})

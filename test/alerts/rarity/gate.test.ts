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

import { expect, test } from 'vitest'
import { ShiftEvidence } from '#sentinel/alerts/evidence/shift-evidence.js'
import { mulberry32 } from '../../../made-up/random.js'

test('the size of a shift that grows is that of its last records, not of all since it began', () => {
  const evidence = new ShiftEvidence()
  const random = mulberry32(1)
  for (let i = 0; i < 300; i++) {
    const progress = i / 300
    evidence.add(
      { upperShare: 0.5 * random.uniform(), reach: progress * (0.9 + 0.2 * random.uniform()) },
      true,
    )
  }
  expect(evidence.level).toBeGreaterThan(0)
  expect(evidence.distance).toBeGreaterThan(0.75)
  evidence.reset()
  expect(evidence.distance).toBe(0)
})

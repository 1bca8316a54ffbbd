import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACTIONS, gradeOf } from '#sentinel/alerts/evidence/grade.js'

const rateZ = Math.log(1000)

test.each([
  ['observe', { z: rateZ, rateZ, inIncident: false, ratio: 5 }],
  ['throttle', { z: rateZ + Math.LN10, rateZ, inIncident: false, ratio: 5 }],
  ['observe', { z: 3, rateZ, inIncident: true, ratio: 9 }],
  ['throttle', { z: Math.log(100), rateZ, inIncident: true, ratio: 9 }],
  ['throttle', { z: rateZ, rateZ, inIncident: true, ratio: 1.9 }],
  ['freeze', { z: rateZ, rateZ, inIncident: true, ratio: 2 }],
  ['freeze', { z: Math.log(1e6), rateZ, inIncident: false, ratio: 1 }],
] as const)('%s is recommended for %o', (action, evidence) => {
  expect(gradeOf(evidence)).toBe(action)
})

test('rarer records, those in an incident and larger values are never treated more mildly', () => {
  const number = fc.double({ min: 0, max: 20, noNaN: true })
  fc.assert(
    fc.property(number, number, number, number, fc.boolean(), (z, moreZ, ratio, moreRatio, inIncident) => {
      const rank = (evidence: Parameters<typeof gradeOf>[0]) => ACTIONS.indexOf(gradeOf(evidence))
      const mild = rank({ z, rateZ, inIncident: false, ratio })
      expect(rank({ z: z + moreZ, rateZ, inIncident, ratio: ratio + moreRatio })).toBeGreaterThanOrEqual(mild)
    }),
    { seed: 4 },
  )
})

import { describe, expect, test } from 'vitest'
import { gaussian, mulberry32 } from '../../../made-up/random.js'
import { SHIFTS, shifted, withBurst } from '../../../made-up/recipes.js'
import { dataFolder, readKdd, readTelemetry } from '../../../made-up/streams.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { flaggedShare, replay } from '../../../made-up/trial/replay.js'
import { accuracyOf } from '../../../made-up/trial/verdict-accuracy.js'

const clean = madeUpTraffic(8000, 21)

test.each([0.3, 0.5, 1])(
  'a burst of identical attacks at %f of traffic is seen to its end',
  async (share) => {
    const records = withBurst(clean.slice(0, 5000), { at: 2000, count: 1000, share })
    expect(accuracyOf(records, await replay(records)).recall).toBeGreaterThanOrEqual(0.95)
  },
)

test('a burst soon after the first forest is seen to its end', async () => {
  const records = withBurst(clean.slice(0, 3000), { at: 120, count: 1000, share: 0.5 })
  expect(accuracyOf(records, await replay(records)).recall).toBeGreaterThanOrEqual(0.95)
})

test.each(SHIFTS.filter(({ name }) => ['latency ×4', 'length ×5', 'errors +3'].includes(name)))(
  'a lasting shift is learnt within 3000 records: $name',
  async ({ apply }) => {
    const { flags } = await replay(shifted(clean.slice(0, 7000), 3000, apply))
    expect(flaggedShare(flags, 3000, 3250)).toBeGreaterThan(0.3)
    expect(flaggedShare(flags, 6000, 7000)).toBeLessThan(0.2)
  },
)

test.each(['latency', 'input_length', 'errors'] as const)(
  'records that differ in %s alone are not near-identical: a shift of it is learnt as any other',
  async (feature) => {
    const random = mulberry32(4)
    const records = Array.from({ length: 2400 }, (_, i) => ({
      latency: 50,
      input_length: 600,
      errors: 5,
      [feature]: 400 * Math.exp(0.3 * gaussian(random)) * (i < 600 ? 1 : 20),
    }))
    const { flags } = await replay(records, { historyMax: 300 })
    expect(flaggedShare(flags, 600, 700)).toBeGreaterThan(0.3)
    expect(flaggedShare(flags, 1400, 2400)).toBeLessThan(0.2)
  },
)

test('clean traffic is flagged at about the contamination', async () => {
  const { flags } = await replay(clean)
  expect(flaggedShare(flags, 1000, 8000)).toBeLessThan(0.14)
})

const folder = dataFolder()
describe.skipIf(folder === null)('on the shared streams (skipped where they are missing)', () => {
  test.each([
    ['an attack that fills the window does not blind it', readKdd, 0.88, 0.14],
    ['incidents are found on the route they happen on', readTelemetry, 0.8, 0.13],
  ] as const)('%s', async (_, read, leastPrecision, mostFalse) => {
    const { records } = read(folder as string)
    const accuracy = accuracyOf(records, await replay(records))
    expect(accuracy.auroc).toBeGreaterThanOrEqual(0.985)
    expect(accuracy.averagePrecision).toBeGreaterThanOrEqual(leastPrecision)
    expect(accuracy.recall).toBeGreaterThanOrEqual(0.98)
    expect(accuracy.falsePositiveRate).toBeLessThanOrEqual(mostFalse)
  })
})

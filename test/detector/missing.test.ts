import { expect, onTestFinished, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import type { Contribution } from '#sentinel/detector/verdict.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'

const TELEMETRY = declaredTelemetry({
  features: [
    { name: 'pressure', unit: 'hPa', missing: 'median' },
    { name: 'humidity', missing: 'median' },
    { name: 'wind' },
  ],
})

function noise(i: number): number {
  return ((i * 7919) % 101) / 101 - 0.5
}

function reading(i: number, gaps = 0, lacking: 'pressure' | 'humidity' = 'pressure') {
  const lacks = i % 10 < gaps
  return {
    route: i % 2 === 0 ? '/hall' : '/roof',
    pressure: lacks && lacking === 'pressure' ? null : 1013 + 8 * noise(i),
    humidity: lacks && lacking === 'humidity' ? null : 50 + 20 * noise(i + 31),
    wind: Math.abs(6 * noise(i + 17)),
  }
}

async function taught(
  baseline: 'guarded' | 'window',
  gaps: number,
  lacking?: 'pressure' | 'humidity',
): Promise<Detector> {
  const detector = await Detector.create({ telemetry: TELEMETRY, baseline, fit: 'sync', nTrees: 50 })
  onTestFinished(() => detector.close())
  for (let i = 0; i < 600; i++) detector.analyze(reading(i, gaps, lacking))
  return detector
}

function bitsOf(contributions: readonly Contribution[]): number {
  return contributions.reduce((sum, { bits }) => sum + bits, 0)
}

test.each(['guarded', 'window'] as const)(
  'in a baseline that is a %s a record without a value is judged as if that were usual, and says so',
  async (baseline) => {
    const detector = await taught(baseline, 1)
    const { score, contributions, anomalous } = detector.analyze(
      { ...reading(4), pressure: null },
      { detail: true },
    )
    expect(anomalous).toBe(false)
    expect(contributions[0]).toMatchObject({ feature: 'pressure', missing: true, bits: 0, percentile: 50 })
    expect(contributions[0]?.value).toBe(contributions[0]?.median)
    expect(contributions[0]?.value).toBeCloseTo(1013, -1)
    expect(contributions[1]).not.toHaveProperty('missing')
    expect(2 ** (bitsOf(contributions) - 1)).toBeCloseTo(score, 10)
  },
)

test.each(['guarded', 'window'] as const)(
  'in a %s gaps in a third of the records hide no odd one',
  async (baseline) => {
    const detector = await taught(baseline, 3)
    const odd = detector.rate({ ...reading(4), pressure: 5000 }, { detail: true })
    detector.dismiss()
    expect(odd.anomalous).toBe(true)
    const usual = Array.from({ length: 100 }, (_, i) => {
      const { anomalous } = detector.rate(reading(i + 3, 0))
      detector.dismiss()
      return anomalous
    })
    expect(usual.filter(Boolean).length).toBeLessThan(30)
  },
)

test('values that were missing leave the spread of those that were not as it is', async () => {
  const [whole, holed] = await Promise.all([taught('guarded', 0), taught('guarded', 5, 'humidity')])
  const rated = (detector: Detector, humidity: number) => {
    const { score, contributions } = detector.rate({ ...reading(4), humidity }, { detail: true })
    detector.dismiss()
    return { score, percentile: contributions[1]?.percentile ?? Number.NaN }
  }
  for (const humidity of [42, 45, 50, 55, 58]) {
    const [expected, found] = [rated(whole, humidity), rated(holed, humidity)]
    expect(Math.abs(found.score - expected.score)).toBeLessThan(0.1)
    expect(Math.abs(found.percentile - expected.percentile)).toBeLessThan(15)
  }
})

test('before there is a forest a gap exceeds no limit, and a record that begins with one is learnt', async () => {
  const detector = await Detector.create({ telemetry: TELEMETRY, rules: { pressure: 1100 } })
  onTestFinished(() => detector.close())
  for (let i = 0; i < 40; i++)
    expect(detector.analyze({ ...reading(i), pressure: null }).anomalous).toBe(false)
  expect(detector.historySize).toBe(40)
})

test('gaps survive a restart as they were drawn: the same records get the same verdicts', async () => {
  const before = await taught('guarded', 3)
  const after = await Detector.create({ telemetry: TELEMETRY, fit: 'sync', nTrees: 50 })
  onTestFinished(() => after.close())
  after.restore(before.snapshot())
  for (let i = 600; i < 700; i++) expect(after.analyze(reading(i, 3))).toEqual(before.analyze(reading(i, 3)))
})

test('a state of features that are read from elsewhere is refused', async () => {
  const before = await taught('guarded', 0)
  const features = [{ name: 'pressure', from: '/p' }, { name: 'humidity' }, { name: 'wind' }]
  const after = await Detector.create({ telemetry: declaredTelemetry({ features }) })
  onTestFinished(() => after.close())
  expect(() => after.restore(before.snapshot())).toThrow('its features are pressure, humidity, wind')
})

import { expect, onTestFinished, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import { linearPerUnit, toLog } from '#sentinel/detector/guarded/frame/log-scale.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'

function noise(i: number): number {
  // The sum of several is nearly Gaussian, with a standard deviation of 1.
  let sum = 0
  for (let k = 1; k <= 12; k++) sum += ((i * 7919 * k + 31 * k) % 1009) / 1009
  return sum - 6
}

async function taught(scale: 'log' | 'linear', centre: number): Promise<Detector> {
  const telemetry = declaredTelemetry({ features: [{ name: 'v', scale }, { name: 'w' }] })
  const detector = await Detector.create({ telemetry, fit: 'sync', nTrees: 50 })
  onTestFinished(() => detector.close())
  for (let i = 0; i < 1500; i++)
    detector.analyze({ route: '/a', v: centre + 2 * noise(i), w: 10 + noise(i + 7) })
  return detector
}

function isOdd(detector: Detector, v: number): boolean {
  const { anomalous } = detector.tryOut({ route: '/a', v, w: 10 })
  detector.dismiss()
  return anomalous
}

test.each([1013, 0, -40])(
  'around %d a value that is far out by its spread is odd on a linear scale',
  async (centre) => {
    const detector = await taught('linear', centre)
    for (const side of [-1, 1]) {
      expect(isOdd(detector, centre + side * 30)).toBe(true)
      expect(isOdd(detector, centre + side * 1)).toBe(false)
    }
  },
)

test('the unit follows from the values: nothing depends on what they are counted in', () => {
  const celsius = Float64Array.from({ length: 201 }, (_, i) => 20 + (i - 100) / 50)
  const kelvin = celsius.map((value) => 273.15 + value)
  const difference = (values: Float64Array, a: number, b: number): number => {
    const perUnit = linearPerUnit(values)
    return toLog(values[a] as number, perUnit) - toLog(values[b] as number, perUnit)
  }
  expect(difference(kelvin, 150, 20)).toBeCloseTo(difference(celsius, 150, 20), 9)
  expect(
    difference(
      celsius.map((value) => value * 1.8),
      150,
      20,
    ),
  ).toBeCloseTo(difference(celsius, 150, 20), 9)
  expect(linearPerUnit(Float64Array.of(0, 0, 0))).toBe(0)
  expect(linearPerUnit(Float64Array.of(5, 5, 5))).toBeLessThan(0)
})

test('a state goes on with its linear features', async () => {
  const before = await taught('linear', -40)
  const telemetry = declaredTelemetry({ features: [{ name: 'v', scale: 'linear' }, { name: 'w' }] })
  const after = await Detector.create({ telemetry, fit: 'sync', nTrees: 50 })
  onTestFinished(() => after.close())
  after.restore(before.snapshot())
  for (const v of [-40, -36, -10])
    expect(after.analyze({ route: '/a', v, w: 10 })).toEqual(before.analyze({ route: '/a', v, w: 10 }))
  const ratios = await Detector.create({
    telemetry: declaredTelemetry({ features: [{ name: 'v' }, { name: 'w' }] }),
  })
  onTestFinished(() => ratios.close())
  expect(() => ratios.restore(before.snapshot())).toThrow('its features are v scale linear, w')
})

test('whatever is below 0 goes on after a restart, with all that was learnt of it', async () => {
  const telemetry = declaredTelemetry({ features: [{ name: 'v' }, { name: 'w', scale: 'linear' }] })
  const said: string[] = []
  const note = (_fields: object, message: string) => said.push(message)
  const log = { debug() {}, info() {}, warn: note, error: note }
  const detector = { telemetry, fit: 'sync', nTrees: 20 } as const
  const [before, after] = await Promise.all([
    Sentinel.create({ detector }),
    Sentinel.create({ detector, log }),
  ])
  onTestFinished(async () => {
    await Promise.all([before.close(), after.close()])
  })
  const record = (i: number) => ({ route: '/a', v: 5 * noise(i), w: -200 + noise(i + 3) })
  for (let i = 0; i < 400; i++) before.judge(record(i))
  after.restore(decodeState(encodeState(before.snapshot())))
  for (let i = 400; i < 420; i++) expect(after.judge(record(i))).toEqual(before.judge(record(i)))
  expect(said).toEqual([])
})

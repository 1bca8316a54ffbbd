import { expect, onTestFinished, test } from 'vitest'
import { Detector, type DetectorOptions } from '#sentinel/detector/detector.js'
import { resolveDetectorOptions } from '#sentinel/detector/options.js'
import { shapeOf } from '#sentinel/detector/parts.js'
import { CommonGround } from '#sentinel/detector/training/common-ground.js'
import { telemetryWith } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { splitMix64 } from '../../forest/split-mix.js'

const ONE_FEATURE = telemetryWith([
  { name: 'latency', unit: 'ms', extract: (record) => (record as Telemetry).latency },
])
/** Of several shapes, baselines and states of fit. */
const KINDS: readonly DetectorOptions[] = [
  { fit: 'sync' },
  { fit: 'sync', seed: 7 },
  { fit: 'sync', baseline: 'window' },
  { fit: 'sync', telemetry: ONE_FEATURE },
  { fit: 'sync', historyMax: 200, nTrees: 30, subsampleSize: 64 },
]

async function commonGround(options: DetectorOptions = {}): Promise<CommonGround> {
  const ground = await CommonGround.create(shapeOf(resolveDetectorOptions(options)), { trainDuty: 1 })
  onTestFinished(() => ground.close())
  return ground
}

function records(seed: number, n: number): Telemetry[] {
  const random = splitMix64(seed, 0)
  return Array.from({ length: n }, (_, i) => ({
    latency: 20 + 60 * random.uniform() + (i % 97 === 96 ? 4000 : 0),
    input_length: Math.floor(100 + 900 * random.uniform()),
    errors: random.uniform() < 0.02 ? 1 : 0,
    route: `/r${i % 3}`,
  }))
}

test('detectors on common ground give the verdicts that each gives alone, to the bit', async () => {
  const ground = await commonGround()
  const among = [...KINDS, ...KINDS].map((options) => Detector.on(ground, options))
  const alone = await Promise.all([...KINDS, ...KINDS].map((options) => Detector.create(options)))
  const streams = among.map((_, i) => records(i, 700))
  for (let i = 0; i < 700; i++) {
    for (const [k, detector] of among.entries()) {
      const record = streams[k]?.[i] as Telemetry
      const detail = { detail: i % 50 === 0 }
      expect(detector.analyze(record, detail)).toEqual(alone[k]?.analyze(record, detail))
    }
  }
  for (const [k, detector] of among.entries()) expect(detector.snapshot()).toEqual(alone[k]?.snapshot())
  await Promise.all(alone.map((detector) => detector.close()))
})

test('a state that was kept alone is restored among others while they fit, and the other way round', async () => {
  const ground = await commonGround()
  const alone = await Detector.create({ fit: 'sync' })
  for (const record of records(1, 500)) alone.analyze(record)
  const busy = Detector.on(ground, { trainDuty: 1 })
  for (const record of records(2, 400)) busy.analyze(record)
  const among = Detector.on(ground, { fit: 'sync' })
  among.restore(alone.snapshot())
  await busy.settled()
  expect(busy.generation).toBeGreaterThan(0)
  const back = await Detector.create({ fit: 'sync' })
  back.restore(among.snapshot())
  for (const record of records(3, 300)) {
    const expected = alone.analyze(record)
    expect(among.analyze(record)).toEqual(expected)
    expect(back.analyze(record)).toEqual(expected)
  }
  await Promise.all([alone.close(), back.close()])
})

test('one trainer fits for all of them, one at a time, and each gets its forest', async () => {
  const ground = await commonGround()
  let running = 0
  let most = 0
  const detectors = Array.from({ length: 6 }, (_, k) =>
    Detector.on(ground, { seed: k, minSamples: 300, onFit: () => (running -= 1) }),
  )
  for (const [k, detector] of detectors.entries())
    for (const record of records(k, 320)) {
      detector.analyze(record)
      most = Math.max(most, detectors.filter(({ fittingMs }) => fittingMs > 0).length)
    }
  await Promise.all(detectors.map((detector) => detector.settled()))
  expect(most).toBeLessThanOrEqual(1)
  expect(running).toBe(-6)
  expect(detectors.map(({ generation }) => generation)).toEqual([1, 1, 1, 1, 1, 1])
})

test('the memory of a detector that is closed serves the next one, which knows nothing of it', async () => {
  const ground = await commonGround()
  const first = Detector.on(ground, { fit: 'sync' })
  for (const record of records(1, 300)) first.analyze(record)
  await first.close()
  const next = Detector.on(ground, { fit: 'sync' })
  const alone = await Detector.create({ fit: 'sync' })
  for (const record of records(2, 300)) expect(next.analyze(record)).toEqual(alone.analyze(record))
  await alone.close()
})

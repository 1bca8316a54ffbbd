import { expect, onTestFinished, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { FEATURES, type Feature } from '#sentinel/telemetry/features.js'
import { telemetryWith } from '#sentinel/telemetry/model.js'
import type { Telemetry, TelemetryRecord } from '#sentinel/telemetry/record.js'
import { record } from '../chaos/load.js'

const OPTIONS = { nTrees: 10, subsampleSize: 32, fit: 'sync' } as const

/** What a state may make fail that no check has foreseen: here the next record does. */
let fails = false
const failing = telemetryWith(
  FEATURES.map((feature: Feature) => ({
    ...feature,
    extract: (one: TelemetryRecord) => {
      if (!fails) return feature.extract(one)
      fails = false
      throw new Error('nobody has foreseen this')
    },
  })),
)

test('a state by which a record cannot be judged is forgotten, and the record is judged all the same', async () => {
  const lost: string[] = []
  const detector = await Detector.create({
    ...OPTIONS,
    telemetry: failing,
    onStateLost: ({ message }) => lost.push(message),
  })
  onTestFinished(() => detector.close())
  for (let n = 0; n < 100; n++) detector.analyze(record(n) as Telemetry)
  const state = detector.snapshot()

  // Without a state there is nobody to blame but ourselves.
  fails = true
  expect(() => detector.analyze(record(1) as Telemetry)).toThrow('nobody has foreseen this')
  expect(detector.trained).toBe(true)

  const restored = await Detector.create({
    ...OPTIONS,
    telemetry: failing,
    onStateLost: ({ message }) => lost.push(message),
  })
  onTestFinished(() => restored.close())
  restored.restore(state)
  expect([restored.trained, restored.historySize, restored.records]).toEqual([true, 100, 100])
  fails = true
  expect(restored.analyze(record(1) as Telemetry).score).toBeGreaterThanOrEqual(0)
  expect(lost).toEqual(['nobody has foreseen this'])
  expect([restored.trained, restored.historySize]).toEqual([false, 1])
  // It learns as it did at first.
  for (let n = 0; n < 100; n++) restored.analyze(record(n) as Telemetry)
  expect(restored.trained).toBe(true)
})

test('the log says so, what was learnt of alerts goes with it, and what was found stays', async () => {
  const log: string[] = []
  const note = (_fields: object, message: string) => log.push(message)
  const options = {
    detector: { ...OPTIONS, telemetry: failing },
    log: { debug() {}, info() {}, warn() {}, error: note },
  }
  const before = await Sentinel.create(options)
  for (let n = 0; n < 200; n++) before.judge(record(n) as Telemetry)
  before.judge({ latency: 1e6, input_length: 1e6, errors: 1e3 })
  const anomalies = before.anomalies.size
  expect(anomalies).toBeGreaterThan(0)
  const after = await Sentinel.create(options)
  onTestFinished(async () => {
    await Promise.all([before.close(), after.close()])
  })
  after.restore(before.snapshot())
  fails = true
  expect(after.judge(record(3) as Telemetry)).toMatchObject({ verdict: { generation: 0 } })
  expect(log).toEqual(['records cannot be judged by the state that was restored; it is learnt afresh'])
  expect(after.anomalies.size).toBe(anomalies)
})

import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type DetectorOptions, type DetectorState } from '#sentinel/detector/detector.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { LATENCY } from '#sentinel/telemetry/features.js'
import { telemetryWith } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'

async function detectorOf(
  environment: Record<string, string> = {},
  options: Partial<DetectorOptions> = {},
): Promise<Detector> {
  const { BASELINE: baseline = 'guarded', ...variables } = environment
  const { detector } = loadConfig({ SENTINEL_RETRAIN_EVERY: '1000000', ...variables })
  const made = await Detector.create({ ...detector, baseline: baseline as 'guarded' | 'window', ...options })
  onTestFinished(() => made.close())
  return made
}

/** Through the bytes, as a restart takes it. */
function overDisk(state: DetectorState): DetectorState {
  return decodeState(encodeState(state)) as DetectorState
}

const telemetry: fc.Arbitrary<Telemetry> = fc.record({
  latency: fc.double({ min: 0, max: 1e6, noNaN: true }),
  input_length: fc.nat(1_000_000),
  errors: fc.nat(20),
  route: fc.constantFrom('', '/a', '/b', '/c/{id}', '/d?x=1', `/${'e'.repeat(300)}`),
})

async function fed(n: number, environment: Record<string, string> = {}): Promise<Detector> {
  const detector = await detectorOf(environment)
  for (const record of fc.sample(telemetry, { seed: n, numRuns: n })) detector.analyze(record)
  await detector.settled()
  return detector
}

test.each([
  ['a window that is filling', 120, {}],
  ['a window that has gone round', 1700, {}],
  ['an automatic threshold', 300, { SENTINEL_CONTAMINATION: 'auto' }],
  ['a plain window', 1700, { BASELINE: 'window' }],
  ['a small forest', 90, { SENTINEL_TREES: '3', SENTINEL_SUBSAMPLE: '16', SENTINEL_HISTORY_MAX: '64' }],
])(
  'with %s, every verdict after a restart is the one that would have been, bit for bit',
  async (_what, n, env) => {
    const before = await fed(n, env)
    const after = await detectorOf(env)
    after.restore(overDisk(before.snapshot()))
    expect(after.generation).toBe(before.generation)
    expect(after.historySize).toBe(before.historySize)
    expect(after.records).toBe(n)
    for (const record of fc.sample(telemetry, { seed: 99, numRuns: 500 })) {
      expect(after.analyze(record, { detail: true })).toEqual(before.analyze(record, { detail: true }))
      expect(after.anomalyRate).toBe(before.anomalyRate)
    }
    expect(encodeState(after.snapshot())).toEqual(encodeState(before.snapshot()))
  },
)

test.each(['guarded', 'window'])(
  'the next fit after a restart on a %s baseline gives the forest that it would have given',
  async (kind) => {
    const environment = { SENTINEL_RETRAIN_EVERY: '40', BASELINE: kind, SENTINEL_TRAIN_DUTY: '1' }
    const before = await fed(1230, environment)
    const after = await detectorOf(environment)
    after.restore(overDisk(before.snapshot()))
    for (const record of fc.sample(telemetry, { seed: 5, numRuns: 40 })) {
      before.analyze(record)
      after.analyze(record)
      await Promise.all([before.settled(), after.settled()])
    }
    expect(after.generation).toBe(before.generation)
    expect(encodeState(after.snapshot())).toEqual(encodeState(before.snapshot()))
  },
)

test('while there is no forest yet, the window alone is taken over', async () => {
  const before = await fed(30)
  const after = await detectorOf()
  after.restore(overDisk(before.snapshot()))
  expect(after.trained).toBe(false)
  expect(after.samplesNeeded).toBe(20)
})

test('under other options the window is taken over and the forest is fitted anew', async () => {
  const before = await fed(300)
  for (const changed of [
    { SENTINEL_TREES: '20' },
    { SENTINEL_SEED: '1' },
    { SENTINEL_CONTAMINATION: 'auto' },
    { SENTINEL_HISTORY_MAX: '100' },
  ]) {
    const after = await detectorOf(changed)
    after.restore(overDisk(before.snapshot()))
    expect(after.historySize).toBe(changed.SENTINEL_HISTORY_MAX === undefined ? 300 : 100)
    await after.settled()
    expect(after.generation).toBe(1)
  }
})

test('what other features were looked at is refused, and nothing has changed', async () => {
  const before = await fed(300)
  const plain = await detectorOf({ BASELINE: 'window' })
  expect(() => plain.restore(overDisk(before.snapshot()))).toThrow('it was learnt by the guarded baseline')
  const after = await detectorOf({}, { telemetry: telemetryWith([LATENCY]) })
  expect(() => after.restore(overDisk(before.snapshot()))).toThrow(
    'its features are latency, input_length, errors',
  )
  expect(after.historySize).toBe(0)
  expect(after.trained).toBe(false)
})

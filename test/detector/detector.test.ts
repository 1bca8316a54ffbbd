import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { Detector, type DetectorOptions, type FitReport } from '#sentinel/detector/detector.js'
import { Trainer } from '#sentinel/detector/training/trainer.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { madeUpTraffic } from '../../made-up/traffic.js'
import { DEFAULTS, replay } from '../../made-up/trial/replay.js'

const traffic = madeUpTraffic(1200)
const open: Detector[] = []

async function detectorOf(options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const background = { fit: 'background', trainDuty: 1 } as const
  const detector = await Detector.create({
    ...DEFAULTS,
    ...background,
    historyMax: 200,
    nTrees: 20,
    ...options,
  })
  open.push(detector)
  return detector
}

async function feed(detector: Detector, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    detector.analyze(traffic[i] as (typeof traffic)[0])
    if ((i + 1) % 50 === 0) await detector.settled()
  }
}

afterEach(async () => {
  vi.unstubAllGlobals()
  for (const detector of open.splice(0)) await detector.close()
})

test('the first forest comes at minSamples; until then the rules decide and say how many are missing', async () => {
  const detector = await detectorOf({ rules: { latency: 5000 } })
  expect(detector.samplesNeeded).toBe(50)
  const verdict = detector.analyze({ latency: 20_000, input_length: 1, errors: 0 })
  expect(verdict).toMatchObject({ anomalous: true, detector: 'heuristic', threshold: null, generation: 0 })
  await feed(detector, 0, 48)
  expect(detector).toMatchObject({ trained: false, samplesNeeded: 1, historySize: 49 })
  detector.analyze({ latency: 10, input_length: 1, errors: 0 })
  // At that record, however fast the next one comes.
  expect(detector).toMatchObject({ trained: true, samplesNeeded: 0, generation: 1 })
})

test('a first fit that would hold the caller up is left to the thread', async () => {
  const detector = await detectorOf({ nTrees: 1000 })
  for (const record of traffic.slice(0, 50)) detector.analyze(record)
  expect(detector.trained).toBe(false)
  await detector.settled()
  expect(detector).toMatchObject({ trained: true, generation: 1 })
})

test('the thread of the trainer is started half way to the first fit', async () => {
  const prepare = vi.spyOn(Trainer.prototype, 'prepare')
  onTestFinished(() => prepare.mockRestore())
  const detector = await detectorOf()
  await feed(detector, 0, 24)
  expect(prepare).not.toHaveBeenCalled()
  await feed(detector, 24, 25)
  expect(prepare).toHaveBeenCalledTimes(1)
})

test('the window is full at historyMax, whatever is learnt from', async () => {
  for (const baseline of ['window', 'guarded'] as const) {
    const detector = await detectorOf({ baseline })
    await feed(detector, 0, 300)
    expect(detector.historySize).toBe(200)
  }
})

test('a verdict names the generation that gave it, and each fit is reported', async () => {
  const fits: FitReport[] = []
  const detector = await detectorOf({ onFit: (fit) => fits.push(fit) })
  await feed(detector, 0, 150)
  const { generation } = detector.analyze({ latency: 100, input_length: 100, errors: 0 })
  expect(generation).toBe(detector.generation)
  expect(fits.map((fit) => fit.generation)).toEqual([1, 2, 3])
  expect(fits.every((fit) => fit.outcome === 'ok' && fit.nRows > 0)).toBe(true)
})

test('a record is scored before it is learnt from', async () => {
  const [first, second] = await Promise.all([detectorOf(), detectorOf()])
  await feed(first, 0, 100)
  await feed(second, 0, 100)
  const odd = { latency: 1e5, input_length: 1e6, errors: 9 }
  const { score } = first.analyze(odd)
  second.analyze({ latency: 100, input_length: 900, errors: 0, route: '/analyze' })
  expect(second.analyze(odd).score).toBe(score)
})

test('without shared memory training runs inline and gives the same verdicts', async () => {
  const onThread = await detectorOf()
  vi.stubGlobal('SharedArrayBuffer', undefined)
  const inline = await detectorOf()
  vi.unstubAllGlobals()
  expect([onThread.trainer, inline.trainer]).toEqual(['worker', 'inline'])
  await feed(onThread, 0, 150)
  await feed(inline, 0, 150)
  const record = { latency: 700, input_length: 40, errors: 2, route: '/health' }
  expect(inline.analyze(record, { detail: true })).toEqual(onThread.analyze(record, { detail: true }))
})

test.each(['window', 'guarded'] as const)('the same records give the same scores: %s', async (baseline) => {
  const once = await replay(traffic, { baseline })
  const again = await replay(traffic, { baseline })
  expect(again).toEqual(once)
})

test('the window baseline is the plain forest over the last records, bit for bit', async () => {
  const detector = await detectorOf({ baseline: 'window' })
  const forest = await IsolationForest.create({ nFeatures: 3, nTrees: 20, seed: 42, contamination: 0.1 })
  await feed(detector, 0, 400)
  forest.fit(traffic.slice(200, 400).map((r) => [r.latency, r.input_length, r.errors]))
  for (const record of traffic.slice(400, 440)) {
    const row = [record.latency, record.input_length, record.errors]
    const verdict = detector.analyze(record, { detail: true })
    expect(verdict.score).toBe(forest.score(row))
    expect(verdict.threshold).toBe(forest.threshold)
    expect(verdict.contributions.map((c) => c.bits)).toEqual(Array.from(forest.attribute(row).contributions))
  }
})

test('the share of anomalies is that of the verdicts given', async () => {
  const detector = await detectorOf()
  await feed(detector, 0, 400)
  expect(detector.anomalyRate).toBeGreaterThan(0)
  expect(detector.anomalyRate).toBeLessThan(0.4)
})

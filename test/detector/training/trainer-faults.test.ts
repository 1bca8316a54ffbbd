import process from 'node:process'
import type { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type FitReport } from '#sentinel/detector/detector.js'
import { Trainer } from '#sentinel/detector/training/trainer.js'
import type { TrainerFault } from '#sentinel/detector/training/trainer-options.js'
import { Arena } from '#sentinel/forest/arena.js'
import { SentinelMetrics } from '#sentinel/http/metrics/sentinel-metrics.js'
import { startApp } from '../../http/subject.js'
import { type Fault, faultyThread } from './faulty-threads.js'

const RECORD = { latency: 120, input_length: 1800, errors: 0 }

function record(n: number) {
  return { ...RECORD, latency: 100 + (n % 37), input_length: 1800 + (n % 91) }
}

interface Subject {
  readonly detector: Detector
  readonly faults: TrainerFault[]
  readonly fits: FitReport[]
}

/** A detector that fits every 10 records from the 50th on, with as much of a core as it likes. */
async function subject(fault: Fault, serves: number, watchdogMs?: number): Promise<Subject> {
  const faults: TrainerFault[] = []
  const fits: FitReport[] = []
  const { detector: options } = loadConfig({ SENTINEL_RETRAIN_EVERY: '10', SENTINEL_TRAIN_DUTY: '1' })
  const detector = await Detector.create({
    ...options,
    // Whose verdicts depend on the forest alone.
    baseline: 'window',
    // So many that the first fit, too, is the thread's.
    nTrees: 600,
    trainer: { thread: faultyThread(fault, serves), watchdogMs },
    onFit: (fit) => fits.push(fit),
    onTrainerFault: (one) => faults.push(one),
  })
  onTestFinished(() => detector.close())
  return { detector, faults, fits }
}

async function feed(detector: Detector, n: number): Promise<void> {
  for (let i = 0; i < n; i++) detector.analyze(record(i))
  await detector.settled()
}

/** How many threads of this process run at a time, at most, from now on. */
function threadsAtOnce(): () => number {
  let running = 0
  let most = 0
  const onWorker = (worker: Worker): void => {
    most = Math.max(most, ++running)
    worker.once('exit', () => running--)
  }
  process.on('worker', onWorker)
  onTestFinished(() => void process.off('worker', onWorker))
  return () => most
}

test.each(['hang', 'throw'] as const)(
  'after a %s a new thread is started once the old one is gone',
  async (fault) => {
    const most = threadsAtOnce()
    const shape = { nFeatures: 2, nTrees: 4, subsampleSize: 16, maxRows: 64, nSlots: 2 }
    const arena = await Arena.create(shape, { shared: true })
    const trainer = new Trainer(arena, { thread: faultyThread(fault, 0), watchdogMs: 1000 })
    onTestFinished(() => trainer.close())
    const order = { base: arena.base, slot: 0, nRows: 64, nTrees: 4, seed: 1, contamination: 0.1 }
    for (let n = 0; n < 3; n++) await expect(trainer.fit(order)).rejects.toThrow()
    // Both would write to the same memory.
    expect(most()).toBe(1)
  },
)

describe.each([
  ['crash', 'crash', undefined],
  ['throw', 'crash', undefined],
  ['memory', 'memory', undefined],
  ['hang', 'hang', 2000],
] as const)('a thread that fails by %s in the middle of its second fit', (fault, kind, watchdogMs) => {
  test('leaves the forest in use as it is, is told of, and is replaced', async () => {
    const { detector, faults, fits } = await subject(fault, 1, watchdogMs)
    await feed(detector, 50)
    expect(detector.generation).toBe(1)
    const before = detector.analyze(RECORD, { detail: true })

    await feed(detector, 10)
    expect(faults).toMatchObject([{ kind, next: 'worker' }])
    expect(fits.map((fit) => fit.outcome)).toEqual(['ok', 'failed'])
    expect(detector.generation).toBe(1)
    const { contributions: _, ...verdict } = before
    expect(detector.analyze(RECORD, { detail: true })).toMatchObject(verdict)

    await feed(detector, 10)
    expect(fits.map((fit) => fit.outcome)).toEqual(['ok', 'failed', 'ok'])
    expect(detector.generation).toBe(2)
    expect(detector.trainer).toBe('worker')
  })
})

test('a thread that never starts is given up after three times, and training goes on inline', async () => {
  const { detector, faults, fits } = await subject('start', 0)
  while (detector.trainer === 'worker') await feed(detector, 60)
  await feed(detector, 60)
  expect(faults.map(({ kind, next }) => `${kind} ${next}`)).toEqual([
    'start worker',
    'start worker',
    'start inline',
  ])
  expect(fits.at(-1)?.outcome).toBe('ok')
  expect(detector.trained).toBe(true)
})

test('closing in the middle of a fit that hangs ends it, and calls what was given up no failure', async () => {
  const { detector, fits } = await subject('hang', 0)
  for (let i = 0; i < 50; i++) detector.analyze(record(i))
  await detector.close()
  expect(fits).toEqual([])
  expect(detector.analyze(RECORD).detector).toBe('learning')
})

test('faults are counted by kind', async () => {
  const metrics = new SentinelMetrics()
  const app = await startApp({}, { metrics })
  metrics.protection.trainerFaults.hang++
  const text = (await app.inject('/metrics')).body
  expect(text).toContain('sentinel_trainer_faults_total{kind="hang"} 1')
  expect(text).toContain('sentinel_trainer_faults_total{kind="crash"} 0')
})

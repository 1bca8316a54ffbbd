import { describe, expect, onTestFinished, test } from 'vitest'
import { Alerts } from '#sentinel/alerts/alerts.js'
import { Detector } from '#sentinel/detector/detector.js'
import { Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import { encodeState } from '#sentinel/state/codec.js'
import { StateEncoder } from '#sentinel/state/encoder.js'
import { SLICE_BYTES } from '#sentinel/state/keeper.js'
import type { StateStore } from '#sentinel/state/state-store.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32 } from '../../made-up/random.js'

/** A tree of 2,048 rows at its largest, and more than a route. */
const LARGEST_ITEM = 2 * 2048 * 8

/** Keeps the bytes that were written last. */
class Shelf implements StateStore {
  readonly path = 'a shelf'
  bytes: Uint8Array | null = null

  async read(): Promise<null> {
    return null
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes = bytes
  }

  async setAside(): Promise<string> {
    return this.path
  }
}

async function sentinelWith(options: SentinelOptions): Promise<Sentinel> {
  const sentinel = await Sentinel.create(options)
  onTestFinished(() => sentinel.close())
  return sentinel
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Records over so many routes, the first ones most often; with attacks. */
function traffic(seed: number, routes: number): () => Telemetry {
  const random = mulberry32(seed)
  let ms = Date.UTC(2026, 0, 5)
  return () => {
    ms += 20
    const far = random.uniform() < 0.02 ? 40 : 1
    return {
      latency: 100 * far * Math.exp(random.uniform()),
      input_length: 1000 + random.below(500),
      errors: random.below(40) === 0 ? 2 : 0,
      route: `/${Math.floor(random.uniform() ** 2 * routes)}`,
      timestamp: new Date(ms).toISOString(),
    }
  }
}

describe('while a state is written', () => {
  test.each([
    ['routes come and go', 60, 12],
    ['all routes stay', 30, 512],
  ])(
    'and %s, what is judged, fitted and said by an operator gets no part in it',
    async (_, routes, routesMax) => {
      const store = new Shelf()
      const sentinel = await sentinelWith({
        detector: { fit: 'sync', routesMax },
        state: { store, intervalMs: 1e6 },
      })
      const next = traffic(routes, routes)
      const told: string[] = []
      const judge = (): void => {
        const { anomaly } = sentinel.judge(next()) ?? {}
        if (anomaly) told.push(anomaly.id)
      }
      for (let i = 0; i < 1000; i++) judge()
      const words: (() => void)[] = [
        () => sentinel.operator.onAnomaly(told.at(-1) as string, { verdict: 'threat', confirm: true }),
        () => sentinel.operator.reset('/0'),
        () => sentinel.operator.changed(),
        () => sentinel.operator.reset(),
      ]
      for (const word of words) {
        const before = encodeState(sentinel.snapshot())
        let done = false
        const saving = sentinel.save().then(() => {
          done = true
        })
        let turns = 0
        for (; !done; turns++) {
          for (let i = 0; i < 20; i++) judge()
          if (turns === 1) word()
          await turn()
        }
        await saving
        expect(turns).toBeGreaterThan(3)
        expect(Buffer.compare(store.bytes as Uint8Array, before)).toBe(0)
        expect(Buffer.compare(encodeState(sentinel.snapshot()), before)).not.toBe(0)
        for (let i = 0; i < 150; i++) judge()
      }
    },
  )

  test('a snapshot asked for meanwhile is one of its own moment', async () => {
    const store = new Shelf()
    const sentinel = await sentinelWith({ detector: { fit: 'sync' }, state: { store, intervalMs: 1e6 } })
    const next = traffic(3, 40)
    for (let i = 0; i < 1200; i++) sentinel.judge(next())
    const before = encodeState(sentinel.snapshot())
    const saving = sentinel.save()
    await turn()
    for (let i = 0; i < 100; i++) sentinel.judge(next())
    const later = encodeState(sentinel.snapshot())
    await saving
    expect(Buffer.compare(store.bytes as Uint8Array, before)).toBe(0)
    expect(Buffer.compare(encodeState(sentinel.snapshot()), later)).toBe(0)
  })

  test('the forest in it is not written over by a fit', async () => {
    const detector = await Detector.create({ trainDuty: 1, retrainEvery: 10 })
    onTestFinished(() => detector.close())
    const next = traffic(5, 10)
    for (let i = 0; i < 200; i++) detector.analyze(next())
    await detector.settled()
    const { generation } = detector
    const before = encodeState(detector.snapshot())
    const encoder = new StateEncoder(detector.capture())
    for (let i = 0; detector.generation < generation + 3; i++) {
      detector.analyze(next())
      if (i % 10 === 0) await detector.settled()
    }
    expect(Buffer.compare(encoder.finish(), before)).toBe(0)
  })
})

test('no slice makes more than it is to make and one item, whatever the numbers of routes, records and trees', async () => {
  const detector = await Detector.create({
    fit: 'sync',
    routesMax: 3000,
    nTrees: 60,
    subsampleSize: 2048,
    historyMax: 8000,
    minSamples: 8000,
  })
  onTestFinished(() => detector.close())
  const alerts = new Alerts({
    features: detector.features.map(({ name }) => ({ name, direction: 'both' })),
    routesMax: 3000,
  })
  const next = traffic(9, 3000)
  for (let i = 0; i < 60_000; i++) {
    const record = next()
    const { score } = detector.analyze(record)
    const { route = '', latency, input_length, errors } = record
    alerts.judge({ route, score, values: [latency, input_length, errors] }, 20 * i)
    if (i === 8000) alerts.adopt(detector.fittedScores)
  }
  const encoder = new StateEncoder({ detector: detector.capture(), alerts: alerts.capture() })
  let most = 0
  let slices = 0
  for (let made = encoder.advance(SLICE_BYTES); made > 0; made = encoder.advance(SLICE_BYTES)) {
    most = Math.max(most, made)
    slices += 1
  }
  expect(alerts.routes).toBeGreaterThan(2000)
  expect(slices).toBeGreaterThan(100)
  expect(most).toBeLessThan(SLICE_BYTES + LARGEST_ITEM)
})

import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { type Judgement, Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateError } from '#sentinel/state/section.js'
import { ERRORS, LATENCY } from '#sentinel/telemetry/features.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32 } from '../made-up/random.js'
import { rowOf } from '../made-up/rows.js'
import { codeRunnerTraffic } from '../made-up/traffic.js'

const GAP_MS = 20
const RETRAIN_EVERY = 50
const ATTACK = { latency: 4500, input_length: 9000, errors: 3 }

/** What is said of a record, but for the ids, which go by the time of day. */
interface Said {
  readonly p: number | null
  readonly action: string | null
  readonly inIncident: boolean
  readonly confidence: number
}

/** A sentinel with the service's limits, and its clock, which goes on by 20 ms a record. */
class Watched {
  readonly sentinel: Sentinel
  readonly #clock: { ms: number }
  #records = 0

  constructor(sentinel: Sentinel, clock: { ms: number }) {
    this.sentinel = sentinel
    this.#clock = clock
  }

  static async of(options: SentinelOptions = {}, startMs = Date.UTC(2026, 0, 5)): Promise<Watched> {
    const clock = { ms: startMs }
    const { rules } = loadConfig({}).detector
    const detector = { rules, trainDuty: 1, retrainEvery: RETRAIN_EVERY, ...options.detector }
    const sentinel = await Sentinel.create({ ...options, detector, clock: () => clock.ms })
    onTestFinished(() => sentinel.close())
    return new Watched(sentinel, clock)
  }

  get nowMs(): number {
    return this.#clock.ms
  }

  /** Judges records one after the other, each fit done before the next record. */
  async judge(records: readonly Telemetry[]): Promise<Judgement[]> {
    const judgements: Judgement[] = []
    for (const record of records) {
      this.#clock.ms += GAP_MS
      judgements.push(this.sentinel.judge(record))
      this.#records += 1
      if (this.#records % RETRAIN_EVERY === 0) await this.sentinel.detector.settled()
    }
    return judgements
  }
}

const told = (judgements: readonly Judgement[]): Judgement[] =>
  judgements.filter(({ anomaly }) => anomaly !== null)
const saidOf = ({ p, anomaly, verdict }: Judgement): Said => ({
  p,
  action: anomaly?.action ?? null,
  inIncident: anomaly?.incident != null,
  confidence: anomaly?.confidence ?? verdict.confidence,
})

/** Attacks on these routes among ordinary records, every second record one. */
function raid(routes: readonly string[], count: number, seed: number): Telemetry[] {
  const random = mulberry32(seed)
  return codeRunnerTraffic(2 * count, seed).map((record, i) =>
    i % 2 === 0
      ? record
      : {
          ...ATTACK,
          latency: ATTACK.latency * (0.9 + 0.2 * random.uniform()),
          route: routes[(i >> 1) % routes.length] as string,
        },
  )
}

test('of 5,000 ordinary records at most 10 are told, and no incident is opened', async () => {
  const watched = await Watched.of()
  const { sentinel } = watched
  const judgements = await watched.judge(codeRunnerTraffic(5000, 1))
  expect(told(judgements).length).toBeLessThanOrEqual(10)
  expect(sentinel.alertShare).toBe(told(judgements).length / 5000)
  expect(sentinel.incidents.size).toBe(0)
})

test('an attack is one incident for each route that it is on, and is answered throttle or freeze', async () => {
  const watched = await Watched.of()
  const { sentinel } = watched
  await watched.judge(codeRunnerTraffic(3000, 3))
  const judgements = await watched.judge(raid(['/lint', '/format'], 200, 4))
  const incidents = sentinel.incidents.list()
  expect(incidents.map(({ route, status }) => `${route} ${status}`).sort()).toEqual([
    '/format open',
    '/lint open',
  ])
  const attacks = judgements.filter((_, i) => i % 2 === 1)
  const severe = told(attacks).filter(({ anomaly }) => anomaly?.action !== 'observe')
  expect(severe.length).toBeGreaterThan(0.97 * attacks.length)
  expect(incidents.every(({ action, records }) => action === 'freeze' && records > 90)).toBe(true)
  for (const { id, anomalies } of incidents) {
    expect(anomalies.length).toBeGreaterThan(0)
    for (const each of anomalies) expect(sentinel.anomalies.get(each)?.incident).toBe(id)
  }
})

test('there is no p before there is a forest, and one for every record after that', async () => {
  const watched = await Watched.of()
  const judgements = await watched.judge(codeRunnerTraffic(400, 5))
  const first = judgements.findIndex(({ p }) => p !== null)
  expect(first).toBe(RETRAIN_EVERY)
  for (const { p, verdict } of judgements) expect(p !== null).toBe(verdict.detector === 'forest')
})

describe('a static limit', () => {
  const SLOW = { route: '/run', latency: 20_000, input_length: 900, errors: 0 }

  test('decides alone before there is a forest', async () => {
    const watched = await Watched.of()
    const [slow] = await watched.judge([SLOW])
    expect(slow?.anomaly).toMatchObject({ action: 'freeze', incident: null })
    expect(slow?.p).toBeNull()
  })

  test('goes on beside p in the first 500 records, for records that the forest finds odd, as an observation', async () => {
    const young = await Watched.of()
    await young.judge(codeRunnerTraffic(100, 6))
    const [slow] = await young.judge([SLOW])
    expect(slow?.p).toBeGreaterThan(0.001)
    expect(slow?.anomaly?.action).toBe('observe')
  })

  test('says nothing after that of a route whose records are all beyond it', async () => {
    const watched = await Watched.of()
    const upload = codeRunnerTraffic(3000, 7).map((record) =>
      record.route === '/format'
        ? { ...record, route: '/upload', input_length: 40 * record.input_length }
        : record,
    )
    const later = (await watched.judge(upload)).slice(500)
    expect(told(later).length).toBeLessThanOrEqual(5)
  })
})

test('what is less sure than the least confidence is not told; all that is told is as sure as that', async () => {
  const minConfidence = 0.9999
  const records = [...codeRunnerTraffic(3000, 8), ...raid(['/run'], 100, 9)]
  const all = told(await (await Watched.of()).judge(records))
  const sure = told(await (await Watched.of({ detector: { minConfidence } })).judge(records))
  expect(sure.length).toBeGreaterThan(0)
  expect(sure.length).toBeLessThan(all.length)
  for (const { anomaly, p } of sure) {
    expect(anomaly?.confidence).toBe(1 - (p as number))
    expect(anomaly?.confidence).toBeGreaterThanOrEqual(minConfidence)
  }
})

describe('a snapshot', () => {
  test('taken inside an incident gives the same answers, and the same incident, as if nothing had been', async () => {
    const watched = await Watched.of()
    const { sentinel } = watched
    await watched.judge([...codeRunnerTraffic(2000, 10), ...raid(['/lint'], 50, 11)])
    expect(sentinel.incidents.openCount).toBe(1)
    const bytes = encodeState(sentinel.snapshot())
    const other = await Watched.of({}, watched.nowMs)
    other.sentinel.restore(decodeState(bytes))
    expect(other.sentinel.incidents.list()).toEqual(sentinel.incidents.list())
    expect(Buffer.compare(encodeState(other.sentinel.snapshot()), bytes)).toBe(0)
    const next = [...raid(['/lint'], 50, 12), ...codeRunnerTraffic(3200, 13)]
    const answers = (await watched.judge(next)).map(saidOf)
    expect((await other.judge(next)).map(saidOf)).toEqual(answers)
    expect(answers.some(({ inIncident }) => inIncident)).toBe(true)
    expect(other.sentinel.incidents.list()).toEqual(sentinel.incidents.list())
    expect(sentinel.incidents.openCount).toBe(0)
    expect(other.sentinel.alertShare).toBe(sentinel.alertShare)
  })

  test('of other features is refused', async () => {
    const watched = await Watched.of()
    const { sentinel } = watched
    await watched.judge(codeRunnerTraffic(200, 14))
    const state = decodeState(encodeState(sentinel.snapshot()))
    const other = await Watched.of({ detector: { features: [LATENCY, ERRORS] } })
    expect(() => other.sentinel.restore(state)).toThrow(StateError)
  })
})

test('records that an operator expects are judged, and not told', async () => {
  const watched = await Watched.of()
  const { sentinel } = watched
  await watched.judge(codeRunnerTraffic(1500, 15))
  const strange = { route: '/run', latency: 4000, input_length: 900, errors: 0 }
  const [first] = await watched.judge([strange])
  expect(first?.anomaly).not.toBeNull()
  sentinel.operator.onAnomaly(first?.anomaly?.id as string, { verdict: 'expected' })
  const kept = sentinel.anomalies.size
  const [again] = await watched.judge([{ ...strange, latency: 4400 }])
  expect(again?.p).toBeLessThan(0.001)
  expect(again?.anomaly).toBeNull()
  expect(sentinel.anomalies.size).toBe(kept)
  const [further] = await watched.judge([{ ...strange, latency: 9000 }])
  expect(further?.anomaly).not.toBeNull()
})

describe('by the labels of the forest alone', () => {
  const records = [...codeRunnerTraffic(600, 16), ...raid(['/lint'], 40, 17)]
  const expectLabels = async (sentinel: Sentinel, judgements: readonly Judgement[]): Promise<void> => {
    expect(sentinel.alertRate).toBeNull()
    expect(sentinel.incidents.size).toBe(0)
    for (const { p, verdict, anomaly } of judgements) {
      expect(p).toBeNull()
      expect(anomaly !== null).toBe(verdict.anomalous)
      if (anomaly !== null)
        expect(anomaly).toMatchObject({ action: 'freeze', incident: null, confidence: verdict.confidence })
    }
    expect(told(judgements).length).toBeGreaterThan(40)
  }

  test('answers SENTINEL_ALERTS=contamination', async () => {
    const watched = await Watched.of({ alerts: { mode: 'contamination' } })
    const { sentinel } = watched
    await expectLabels(sentinel, await watched.judge(records))
  })

  test('answers a forest that was given, which knows no records to tell what is rare by', async () => {
    const forest = await IsolationForest.create({ nFeatures: 3, contamination: 0.05 })
    forest.fit(codeRunnerTraffic(700, 18).map(rowOf))
    const watched = await Watched.of({ detector: { forest: forest.toBytes() } })
    const { sentinel } = watched
    await expectLabels(sentinel, await watched.judge(records))
  })
})

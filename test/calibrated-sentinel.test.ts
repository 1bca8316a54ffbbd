import { describe, expect, test } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import type { Judgement } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateError } from '#sentinel/state/section.js'
import { ERRORS, LATENCY } from '#sentinel/telemetry/features.js'
import { telemetryWith } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { idBound } from '#sentinel/text/time-id.js'
import { mulberry32 } from '../made-up/random.js'
import { rowOf } from '../made-up/rows.js'
import { codeRunnerTraffic } from '../made-up/traffic.js'
import { RETRAIN_EVERY, Watched } from './watched-sentinel.js'

const ATTACK = { latency: 4500, input_length: 9000, errors: 3 }

/** What is said of a record, but for the ids, which go by the time of day. */
interface Said {
  readonly p: number | null
  readonly action: string | null
  readonly inIncident: boolean
  readonly confidence: number
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
  const watched = await Watched.create()
  const { sentinel } = watched
  const judgements = await watched.judge(codeRunnerTraffic(5000, 1))
  expect(told(judgements).length).toBeLessThanOrEqual(10)
  expect(sentinel.alertShare).toBe(told(judgements).length / 5000)
  expect(sentinel.incidents.size).toBe(0)
})

test('an attack is one incident for each route that it is on, and is answered throttle or freeze', async () => {
  const watched = await Watched.create()
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

test('anomalies and incidents go by one clock, and show what an operator said of them, after a restart, too', async () => {
  const watched = await Watched.create()
  const { sentinel } = watched
  await watched.judge(codeRunnerTraffic(3000, 3))
  const startMs = watched.nowMs
  await watched.judge(raid(['/lint'], 60, 4))
  const [incident] = sentinel.incidents.list()
  if (incident === undefined) throw new Error('no incident was opened')
  for (const { timestamp, id } of sentinel.anomalies.list({ since: idBound(startMs) })) {
    expect(Date.parse(timestamp)).toBeGreaterThan(startMs)
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(watched.nowMs)
    expect(idBound(Date.parse(timestamp)) <= id).toBe(true)
  }
  expect(sentinel.anomalies.get(incident.anomalies[0] as string)?.timestamp).toBe(incident.opened)

  const request = { verdict: 'threat', note: 'a scanner', confirm: true } as const
  const { feedback } = sentinel.operator.onIncident(incident.id, request)
  expect(feedback).toEqual({
    verdict: 'threat',
    note: 'a scanner',
    at: new Date(watched.nowMs).toISOString(),
  })
  const other = await Watched.create({}, watched.nowMs)
  other.sentinel.restore(decodeState(encodeState(sentinel.snapshot())))
  for (const { incidents, anomalies } of [sentinel, other.sentinel]) {
    expect(incidents.get(incident.id)?.feedback).toEqual(feedback)
    expect(anomalies.get(incident.anomalies[0] as string)?.feedback).toEqual(feedback)
  }
})

test('there is no p before there is a forest, and one for every record after that', async () => {
  const watched = await Watched.create()
  const judgements = await watched.judge(codeRunnerTraffic(400, 5))
  const first = judgements.findIndex(({ p }) => p !== null)
  expect(first).toBe(RETRAIN_EVERY)
  for (const { p, verdict } of judgements) expect(p !== null).toBe(verdict.detector === 'forest')
})

test('a static limit says nothing after 500 records of a route whose records are all beyond it', async () => {
  const watched = await Watched.create()
  const upload = codeRunnerTraffic(3000, 7).map((record) =>
    record.route === '/format'
      ? { ...record, route: '/upload', input_length: 40 * record.input_length }
      : record,
  )
  const later = (await watched.judge(upload)).slice(500)
  // A few are told for what they are; the limit, beyond which a third of them lie, is not why.
  expect(told(later).length).toBeLessThanOrEqual(12)
  for (const { p } of told(later)) expect(p).toBeLessThanOrEqual(0.001)
})

test('what is less sure than the least confidence is not told; all that is told is as sure as that', async () => {
  const minConfidence = 0.9999
  const records = [...codeRunnerTraffic(3000, 8), ...raid(['/run'], 100, 9)]
  const all = told(await (await Watched.create()).judge(records))
  const sure = told(await (await Watched.create({ detector: { minConfidence } })).judge(records))
  expect(sure.length).toBeGreaterThan(0)
  expect(sure.length).toBeLessThan(all.length)
  for (const { anomaly, p } of sure) {
    expect(anomaly?.confidence).toBe(1 - (p as number))
    expect(anomaly?.confidence).toBeGreaterThanOrEqual(minConfidence)
  }
})

describe('a snapshot', () => {
  test('taken inside an incident gives the same answers, and the same incident, as if nothing had been', async () => {
    const watched = await Watched.create()
    const { sentinel } = watched
    await watched.judge([...codeRunnerTraffic(2000, 10), ...raid(['/lint'], 50, 11)])
    expect(sentinel.incidents.openCount).toBe(1)
    const bytes = encodeState(sentinel.snapshot())
    const other = await Watched.create({}, watched.nowMs)
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
    const watched = await Watched.create()
    const { sentinel } = watched
    await watched.judge(codeRunnerTraffic(200, 14))
    const state = decodeState(encodeState(sentinel.snapshot()))
    const other = await Watched.create({ detector: { telemetry: telemetryWith([LATENCY, ERRORS]) } })
    expect(() => other.sentinel.restore(state)).toThrow(StateError)
  })
})

test('records that an operator expects are judged, and not told', async () => {
  const watched = await Watched.create()
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

test('a forest that was given answers by its labels: it brings no records to tell what is rare by', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3, contamination: 0.05 })
  forest.fit(codeRunnerTraffic(700, 18).map(rowOf))
  const watched = await Watched.create({ detector: { forest: forest.toBytes() } })
  const { sentinel } = watched
  expect(sentinel.alertRate).toBeNull()
  const judgements = await watched.judge([...codeRunnerTraffic(600, 16), ...raid(['/lint'], 40, 17)])
  for (const { p, verdict, anomaly } of judgements) {
    expect(p).toBeNull()
    expect(anomaly !== null).toBe(verdict.anomalous)
    if (anomaly !== null)
      expect(anomaly).toMatchObject({ action: 'freeze', incident: null, confidence: verdict.confidence })
  }
  expect(told(judgements).length).toBeGreaterThan(40)
  expect(sentinel.incidents.size).toBe(0)
})

test('while learning is paused the memories of what is ordinary stay as they are', async () => {
  const watched = await Watched.create()
  const { sentinel } = watched
  await watched.judge(codeRunnerTraffic(1500, 9))
  const memories = () =>
    JSON.stringify((sentinel.snapshot().alerts as { alerts: { rarity: unknown } }).alerts.rarity)
  const before = memories()
  sentinel.detector.pauseLearning()
  await watched.judge(codeRunnerTraffic(300, 10))
  expect(memories()).toBe(before)
  sentinel.detector.resumeLearning()
  await watched.judge(codeRunnerTraffic(300, 11))
  expect(memories()).not.toBe(before)
})

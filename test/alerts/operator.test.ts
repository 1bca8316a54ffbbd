import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FeedbackRequest } from '#sentinel/alerts/feedback-note.js'
import type { Incident } from '#sentinel/alerts/incident.js'
import { Operator } from '#sentinel/alerts/operator.js'
import type { IncidentNotes } from '#sentinel/alerts/operator-parts.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-baseline.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../made-up/traffic.js'
import { DEFAULTS } from '../../made-up/trial/replay.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = Date.parse('2026-01-01T00:00:00Z')
const traffic = madeUpTraffic(1500, 3)
/** Far out by its latency alone. */
const SLOW: Telemetry = { latency: 9000, input_length: 900, errors: 0, route: '/analyze' }
const EXPECTED: FeedbackRequest = { verdict: 'expected' }
const THREAT: FeedbackRequest = { verdict: 'threat' }

let nowMs: number
let log: { level: string; fields: Record<string, unknown>; message: string }[]
const open: Sentinel[] = []

beforeEach(() => {
  nowMs = START
  log = []
})

afterEach(async () => {
  for (const sentinel of open.splice(0)) await sentinel.close()
})

async function sentinelOf(options: Partial<SentinelOptions> = {}): Promise<Sentinel> {
  const line = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields: { ...fields }, message })
  }
  const sentinel = await Sentinel.create({
    detector: { ...DEFAULTS, retrainEvery: 1_000_000, contamination: 0.01 },
    // What an operator may say is the same whoever decides; the forest's labels need no long memory first.
    alerts: { mode: 'contamination' },
    clock: () => nowMs,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    ...options,
  })
  open.push(sentinel)
  return sentinel
}

/** One that has seen ordinary traffic and judges by its first forest. */
async function taught(n = 600): Promise<Sentinel> {
  const sentinel = await sentinelOf()
  for (const record of traffic.slice(0, 50)) sentinel.judge(record)
  await sentinel.detector.settled()
  for (const record of traffic.slice(50, n)) sentinel.judge(record)
  return sentinel
}

function alerts(sentinel: Sentinel, record: Telemetry): boolean {
  return sentinel.judge(record).anomaly !== null
}

function idOf(sentinel: Sentinel, record: Telemetry): string {
  const { anomaly } = sentinel.judge(record)
  if (anomaly === null) throw new Error('it did not alert')
  return anomaly.id
}

/** Latencies of a route that the baseline holds. */
function known(sentinel: Sentinel, route: string): number[] {
  const { known: store } = sentinel.detector.snapshot().baseline as unknown as GuardedState
  return store.routes.flatMap((name, i) => (name === route ? [store.values[3 * i] as number] : []))
}

function restarted(sentinel: Sentinel): Promise<Sentinel> {
  const state = decodeState(encodeState(sentinel.snapshot()))
  return sentinelOf().then((other) => {
    other.restore(state)
    return other
  })
}

describe('what is expected', () => {
  test('stops alerting up to 1.5 times as far from the usual value, on its route, for seven days', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    const { mute } = sentinel.operator.onAnomaly(id, { ...EXPECTED, note: 'monthly\nreports' })
    const { median = 0 } = sentinel.anomalies.get(id)?.detail.contributions[0] ?? {}
    expect(mute).toEqual({
      id: 'mute-1',
      route: '/analyze',
      feature: 'latency',
      direction: 'high',
      limit: median + 1.5 * (9000 - median),
      created: '2026-01-01T00:00:00.000Z',
      until: '2026-01-08T00:00:00.000Z',
      note: 'monthly reports',
      source: id,
      muted: 0,
    })
    expect(alerts(sentinel, SLOW)).toBe(false)
    expect(alerts(sentinel, { ...SLOW, latency: 9000 * 1.49, route: '/analyze?id=7' })).toBe(false)
    expect(alerts(sentinel, { ...SLOW, latency: 2 * 9000 })).toBe(true)
    expect(alerts(sentinel, { ...SLOW, route: '/health' })).toBe(true)
    expect(alerts(sentinel, { latency: 120, input_length: 900, errors: 40, route: '/analyze' })).toBe(true)
    expect(sentinel.operator.listMutes()).toMatchObject([{ id: 'mute-1', muted: 2 }])
    nowMs += 7 * DAY - 1
    expect(alerts(sentinel, SLOW)).toBe(false)
    nowMs += 1
    expect(alerts(sentinel, SLOW)).toBe(true)
    expect(sentinel.operator.listMutes()).toEqual([])
  })

  test('is learnt, one record as the other', async () => {
    const sentinel = await taught()
    sentinel.operator.onAnomaly(idOf(sentinel, SLOW), EXPECTED)
    for (let i = 0; i < 60; i++) sentinel.judge({ ...SLOW, latency: 9000 + i })
    expect(known(sentinel, '/analyze').filter((latency) => latency >= 9000).length).toBeGreaterThan(40)
  })

  test('alerts again once that is taken back', async () => {
    const sentinel = await taught()
    sentinel.operator.onAnomaly(idOf(sentinel, SLOW), { ...EXPECTED, days: 90 })
    expect(alerts(sentinel, SLOW)).toBe(false)
    sentinel.operator.end('mute-1')
    expect(alerts(sentinel, SLOW)).toBe(true)
    expect(() => sentinel.operator.end('mute-1')).toThrow('nothing in force has this id')
  })

  test('said twice is one mute that holds from then on', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    sentinel.operator.onAnomaly(id, EXPECTED)
    sentinel.judge(SLOW)
    nowMs += 3 * DAY
    sentinel.operator.onAnomaly(id, EXPECTED)
    expect(sentinel.operator.listMutes()).toMatchObject([
      { id: 'mute-1', created: '2026-01-01T00:00:00.000Z', until: '2026-01-11T00:00:00.000Z', muted: 1 },
    ])
  })

  test('of an alert of a static limit is muted up to 1.5 times as far from the limit', async () => {
    const sentinel = await sentinelOf({ detector: { ...DEFAULTS, rules: { latency: 5000 } } })
    const { mute } = sentinel.operator.onAnomaly(idOf(sentinel, { ...SLOW, latency: 6000 }), EXPECTED)
    expect(mute?.limit).toBe(6500)
    expect(alerts(sentinel, { ...SLOW, latency: 6500 })).toBe(false)
    expect(alerts(sentinel, { ...SLOW, latency: 7000 })).toBe(true)
  })

  test('may be said a hundred times, and no more', async () => {
    const sentinel = await sentinelOf({
      detector: { ...DEFAULTS, rules: { latency: 5000 }, minSamples: 500 },
    })
    const ids = Array.from({ length: 101 }, (_, i) =>
      idOf(sentinel, { ...SLOW, route: `/${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}` }),
    )
    for (const id of ids.slice(0, 100)) sentinel.operator.onAnomaly(id, { ...EXPECTED, confirm: true })
    const last = ids.at(-1) as string
    expect(() => sentinel.operator.onAnomaly(last, EXPECTED)).toThrow(
      'there are 100 mutes, as many as may be',
    )
    sentinel.operator.onAnomaly(ids[0] as string, { ...EXPECTED, confirm: true })
    nowMs += 7 * DAY
    sentinel.operator.onAnomaly(last, { ...EXPECTED, confirm: true })
    expect(sentinel.operator.listMutes()).toHaveLength(1)
  })
})

describe('what is a threat', () => {
  test('is taken out of what was learnt, and never learnt again, not even while its route is calm', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    sentinel.operator.onAnomaly(id, EXPECTED)
    for (let i = 0; i < 60; i++) sentinel.judge({ ...SLOW, latency: 9000 + i })
    const before = known(sentinel, '/analyze')
    const alike = (latency: number) => latency > 6100 && latency < 13_000
    const { never_learnt, forgotten } = sentinel.operator.onAnomaly(id, { ...THREAT, confirm: true })
    expect(never_learnt).toMatchObject({ id: 'never-1', feature: 'latency', direction: 'high', kept_out: 0 })
    expect(forgotten?.baseline).toBe(before.filter(alike).length)
    expect(forgotten?.baseline).toBeGreaterThan(40)
    expect(known(sentinel, '/analyze')).toEqual(before.filter((latency) => !alike(latency)))
    await sentinel.detector.settled()
    expect(sentinel.operator.listMutes()).toEqual([])
    for (let i = 0; i < 400; i++) {
      sentinel.judge(SLOW)
      if (i % 4 === 0) sentinel.judge(traffic[600 + i] as Telemetry)
    }
    expect(known(sentinel, '/analyze').filter(alike)).toEqual([])
    expect(sentinel.operator.listNeverLearnt()).toMatchObject([{ kept_out: 400 }])
    expect(alerts(sentinel, SLOW)).toBe(true)
  })

  test('leaves the ordinary records on the same side of the usual value alone', async () => {
    const sentinel = await taught()
    const before = known(sentinel, '/analyze')
    const { forgotten, never_learnt } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), THREAT)
    const { from = 0, to = 0 } = never_learnt ?? {}
    expect(from).toBeGreaterThan(6000)
    expect(to).toBeLessThan(13_500)
    const left = known(sentinel, '/analyze')
    expect(left).toEqual(before.filter((latency) => latency < from || latency > to))
    expect(forgotten?.baseline).toBeLessThanOrEqual(1)
  })

  test('is not hidden by a mute that holds for more', async () => {
    const sentinel = await taught()
    const slower = idOf(sentinel, { ...SLOW, latency: 30_000 })
    const slow = idOf(sentinel, SLOW)
    sentinel.operator.onAnomaly(slower, EXPECTED)
    expect(alerts(sentinel, SLOW)).toBe(false)
    sentinel.operator.onAnomaly(slow, THREAT)
    expect(alerts(sentinel, SLOW)).toBe(true)
    expect(alerts(sentinel, { ...SLOW, latency: 30_000 })).toBe(false)
  })

  test('holds for 90 days, or as long as was said', async () => {
    const sentinel = await taught()
    const id = idOf(sentinel, SLOW)
    expect(sentinel.operator.onAnomaly(id, THREAT).never_learnt?.until).toBe('2026-04-01T00:00:00.000Z')
    const { until } = sentinel.operator.onAnomaly(id, { ...THREAT, days: 1 }).never_learnt ?? {}
    expect(until).toBe('2026-01-02T00:00:00.000Z')
    nowMs += DAY
    expect(sentinel.operator.listNeverLearnt()).toEqual([])
    sentinel.operator.onAnomaly(id, EXPECTED)
    sentinel.judge(SLOW)
    expect(known(sentinel, '/analyze')).toContain(9000)
  })
})

describe('a word that reaches far', () => {
  /** A fifth of all traffic is slow on one route. */
  async function flooded(): Promise<{ sentinel: Sentinel; id: string }> {
    const sentinel = await taught()
    for (let i = 0; i < 150; i++) sentinel.judge({ ...SLOW, latency: 9000 + i })
    return { sentinel, id: idOf(sentinel, SLOW) }
  }

  test.each([
    [EXPECTED, 'alerted and would have been muted'],
    [THREAT, 'would not have been learnt'],
  ])('has to be confirmed, and says how far: %o', async (word, what) => {
    const { sentinel, id } = await flooded()
    const before = encodeState(sentinel.snapshot())
    const said = new RegExp(`^20% of the last 751 records, \\d+% of those on its route, ${what}`)
    expect(() => sentinel.operator.onAnomaly(id, word)).toThrow(said)
    expect(() => sentinel.operator.onAnomaly(id, word)).toThrow(
      'send "confirm": true with it if that is meant',
    )
    expect(encodeState(sentinel.snapshot())).toEqual(before)
    const answer = sentinel.operator.onAnomaly(id, { ...word, confirm: true })
    expect(answer.warning).toMatch(said)
    expect(answer.reach).toMatchObject({ records: 751, matching: 151, of_all: 151 / 751 })
  })

  test('on one route only has to be confirmed, too', async () => {
    const sentinel = await taught(1500)
    const rare = { ...SLOW, errors: 4000, route: '/rare' }
    for (let i = 0; i < 4; i++) sentinel.judge(rare)
    const answer = () => sentinel.operator.onAnomaly(idOf(sentinel, rare), EXPECTED)
    expect(answer).toThrow(/^0.33% of the last 1505 records, 100% of those on its route,/)
  })

  test('a single finding needs no confirmation and comes with no warning', async () => {
    const sentinel = await taught()
    const { warning, reach } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), EXPECTED)
    expect(warning).toBeNull()
    expect(reach).toMatchObject({ records: 601, matching: 1 })
  })

  test('cannot be told soon after the start, and says so', async () => {
    const sentinel = await restarted(await taught())
    const { warning } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), EXPECTED)
    expect(warning).toBe('how much it concerns cannot be told: only 1 records have come since the start')
  })
})

describe('a pause', () => {
  test('ends by itself with the first record after it, and once more said counts from then', async () => {
    const sentinel = await taught()
    const { historySize } = sentinel.detector
    expect(sentinel.operator.pause(30)).toMatchObject({
      paused: true,
      paused_until: '2026-01-01T00:30:00.000Z',
    })
    nowMs += 20 * MINUTE
    expect(sentinel.operator.pause(30).paused_until).toBe('2026-01-01T00:50:00.000Z')
    nowMs += 30 * MINUTE - 1
    sentinel.judge(traffic[700] as Telemetry)
    expect(sentinel.detector.historySize).toBe(historySize)
    nowMs += 1
    sentinel.judge(traffic[701] as Telemetry)
    expect(sentinel.detector.historySize).toBe(historySize + 1)
    expect(sentinel.operator.learning()).toMatchObject({ paused: false, paused_until: null })
    expect(log.at(-1)).toMatchObject({ level: 'info', message: 'the pause is over: learning goes on' })
  })

  test('ends when that is said', async () => {
    const sentinel = await taught()
    sentinel.operator.pause(30)
    expect(sentinel.operator.resume().paused).toBe(false)
    expect(sentinel.detector.learningPaused).toBe(false)
  })
})

describe('a restart', () => {
  test('keeps mutes, threats and the pause, with all that belongs to them', async () => {
    const before = await taught()
    before.operator.onAnomaly(idOf(before, SLOW), EXPECTED)
    before.judge(SLOW)
    const failing = { latency: 3, input_length: 40, errors: 40, route: '/health' }
    before.operator.onAnomaly(idOf(before, failing), THREAT)
    before.operator.pause(30)
    nowMs += 29 * MINUTE
    const after = await restarted(before)
    expect(after.operator.listMutes()).toEqual(before.operator.listMutes())
    expect(after.operator.listNeverLearnt()).toEqual(before.operator.listNeverLearnt())
    expect(after.operator.learning()).toEqual(before.operator.learning())
    expect(after.detector.learningPaused).toBe(true)
    expect(alerts(after, SLOW)).toBe(false)
    nowMs += MINUTE
    expect(after.operator.learning().paused).toBe(false)
    expect(after.detector.learningPaused).toBe(false)
    after.operator.end('mute-1')
    expect(after.operator.onAnomaly(idOf(after, SLOW), EXPECTED).mute?.id).toBe('mute-2')
  })

  test('after the pause has ended goes on learning', async () => {
    const before = await taught()
    before.operator.pause(30)
    nowMs += 30 * MINUTE
    expect((await restarted(before)).detector.learningPaused).toBe(false)
  })

  test('a change of the words alone is a change of what is to be kept', async () => {
    const sentinel = await taught()
    const { operator } = sentinel
    const id = idOf(sentinel, SLOW)
    const words = [
      () => operator.onAnomaly(id, EXPECTED),
      () => operator.end('mute-1'),
      () => operator.pause(1),
      () => operator.reset('/upload'),
      () => operator.changed(),
    ]
    for (const word of words) {
      const before = operator.revision
      word()
      expect(operator.revision).not.toBe(before)
    }
  })

  test('leaves out what is no mute, and says so', async () => {
    const before = await taught()
    before.operator.onAnomaly(idOf(before, SLOW), EXPECTED)
    const state = before.operator.capture()
    const [mute] = state.mutes.patterns
    const patterns = [mute, { ...mute, limit: 'x' }, { ...mute, until: 'soon' }, null, 7] as (typeof mute)[]
    const after = await sentinelOf()
    log = []
    after.operator.restore({ ...state, mutes: { next: 2, patterns } } as typeof state)
    expect(after.operator.listMutes()).toEqual([mute])
    expect(log).toMatchObject([{ level: 'warn', fields: { leftOut: 4 } }])
    for (const nothing of [null, {}, { mutes: 5, pausedUntil: 'x' }])
      after.operator.restore(nothing as unknown as typeof state)
    expect(after.operator.listMutes()).toEqual([])
  })
})

test('every word leaves one line in the log that says what and how much', async () => {
  const sentinel = await taught()
  const id = idOf(sentinel, SLOW)
  log = []
  sentinel.operator.onAnomaly(id, { ...EXPECTED, note: 'not for the log' })
  sentinel.operator.onAnomaly(id, THREAT)
  sentinel.operator.end('never-1')
  sentinel.operator.pause(5)
  sentinel.operator.resume()
  sentinel.operator.changed('/users/17')
  sentinel.operator.reset('/upload')
  sentinel.operator.reset()
  expect(log.map(({ level, message }) => [level, message])).toEqual(
    [
      'expected',
      'threat',
      'taken back',
      'learning is paused',
      'learning goes on',
      'a change is expected',
      'learning is reset',
      'learning is reset',
    ].map((message) => ['info', `operator: ${message}`]),
  )
  const [expected, threat, , paused, , changed, route, all] = log.map(({ fields }) => fields)
  expect(expected).toMatchObject({ anomalyId: id, route: '/analyze', feature: 'latency', direction: 'high' })
  expect(threat).toMatchObject({ forgotten: { baseline: expect.any(Number) } })
  expect(paused).toMatchObject({ minutes: 5 })
  expect(changed).toEqual({ route: '/users/*' })
  expect(route).toMatchObject({ route: '/upload', forgotten: { baseline: expect.any(Number) } })
  expect(all).toMatchObject({ route: null, forgotten: { baseline: expect.any(Number) } })
  expect(JSON.stringify(log)).not.toContain('not for the log')
})

describe('feedback on an incident', () => {
  const INCIDENT: Incident = {
    id: 'i-1',
    status: 'open',
    kind: 'spike',
    route: '/analyze',
    feature: 'latency',
    unit: 'ms',
    direction: 'high',
    opened: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-01-01T00:00:00.000Z',
    closed: null,
    records: 40,
    usual: 1000,
    seen: 9000,
    peak_score: 0.9,
    peak_p: 1e-6,
    action: 'freeze',
    summary: 'slow',
    anomalies: [],
  }

  async function operatorOf(incident: Incident) {
    const { detector, anomalies } = await taught()
    const notes: unknown[] = []
    const incidents: IncidentNotes = {
      get: (id) => (id === incident.id ? incident : undefined),
      note: (id, { verdict }) => notes.push([id, verdict]),
    }
    const quiet = { info() {}, warn() {} }
    const operator = new Operator({ detector, anomalies, incidents, log: quiet, clock: () => nowMs })
    return { operator, notes, anomalies }
  }

  test('mutes what led in it, and is kept on it and on its examples', async () => {
    const { operator, notes, anomalies } = await operatorOf(INCIDENT)
    const [example] = anomalies.list({ limit: 1 })
    const id = example?.id as string
    const { mute } = (await operatorOf({ ...INCIDENT, anomalies: [id] })).operator.onIncident('i-1', EXPECTED)
    expect(mute).toMatchObject({ route: '/analyze', feature: 'latency', limit: 13_000, source: 'i-1' })
    operator.onIncident('i-1', { verdict: 'threat' })
    expect(notes).toEqual([['i-1', 'threat']])
    expect(() => operator.onIncident('i-2', EXPECTED)).toThrow('no incident has this id')
  })

  test('over all traffic holds on every route', async () => {
    const { operator } = await operatorOf({ ...INCIDENT, route: null })
    expect(operator.onIncident('i-1', EXPECTED).mute).toMatchObject({ route: null })
  })

  test('without a feature keeps the word and mutes nothing', async () => {
    const silence = { ...INCIDENT, kind: 'silence', feature: null, direction: null } as const
    const { operator, notes } = await operatorOf(silence)
    const { mute, warning } = operator.onIncident('i-1', EXPECTED)
    expect(mute).toBeNull()
    expect(warning).toContain('no feature stands out')
    expect(notes).toEqual([['i-1', 'expected']])
  })
})

test('beside a given forest what is expected is muted, and there is nothing to forget', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3 })
  forest.fit(traffic.map(({ latency, input_length, errors }) => [latency, input_length, errors]))
  const sentinel = await sentinelOf({ detector: { ...DEFAULTS, forest: forest.toBytes() } })
  for (const record of traffic.slice(0, 200)) sentinel.judge(record)
  const far = { ...SLOW, latency: 90_000 }
  const id = idOf(sentinel, far)
  sentinel.operator.onAnomaly(id, EXPECTED)
  expect(alerts(sentinel, far)).toBe(false)
  expect(sentinel.operator.onAnomaly(id, THREAT).forgotten).toBeNull()
  expect(alerts(sentinel, far)).toBe(true)
  expect(() => sentinel.operator.pause(1)).toThrow('a given forest judges, and nothing is learnt')
})

test('in a plain window a threat is kept out from now on, and that its routes are not known is said', async () => {
  const sentinel = await sentinelOf({
    detector: { ...DEFAULTS, baseline: 'window', contamination: 0.01, retrainEvery: 1_000_000 },
  })
  for (const record of traffic.slice(0, 50)) sentinel.judge(record)
  await sentinel.detector.settled()
  for (const record of traffic.slice(50, 200)) sentinel.judge(record)
  const far = { latency: 900_000, input_length: 9_000_000, errors: 40, route: '/analyze' }
  const { forgotten, warning } = sentinel.operator.onAnomaly(idOf(sentinel, far), THREAT)
  expect(forgotten?.baseline).toBe(0)
  expect(warning).toContain('the plain window keeps no routes')
  const { historySize } = sentinel.detector
  sentinel.judge(far)
  expect(sentinel.detector.historySize).toBe(historySize)
})

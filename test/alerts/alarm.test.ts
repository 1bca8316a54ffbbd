import { describe, expect, test } from 'vitest'
import { Alarm, type Alarmed, type AlarmOptions, type AlarmState } from '#sentinel/alerts/alarm.js'
import type { IncidentEvent } from '#sentinel/alerts/incidents/incident-event.js'
import { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { settled } from '#sentinel/state/late.js'
import { StateError } from '#sentinel/state/section.js'
import { ERRORS, LATENCY } from '#sentinel/telemetry/features.js'
import { TimeIds } from '#sentinel/text/time-id.js'
import { RATED_SCORES, type Rated, ratedAttack, ratedTraffic } from '../../made-up/rated-traffic.js'

const GAP_MS = 20
const START_MS = Date.UTC(2026, 0, 5)

interface Watched {
  readonly alarm: Alarm
  readonly log: IncidentLog
  readonly events: IncidentEvent[]
}

function watched(options: Partial<AlarmOptions> = {}): Watched {
  const log = new IncidentLog({ ids: new TimeIds() })
  const events: IncidentEvent[] = []
  log.subscribe((event) => events.push(event))
  const alarm = new Alarm(
    {
      features: [LATENCY, ERRORS],
      policies: { errors: { direction: 'high' } },
      rate: 0.001,
      falseIncidentsADay: 24,
      actions: 'graded',
      routesMax: 512,
      sentence: ({ kind, route, records }) => `${kind} at ${route}, ${records} records`,
      ...options,
    },
    log,
  )
  return { alarm, log, events }
}

/** One that has seen so many ordinary records. */
function taught(count: number, seed: number): Watched & { readonly source: () => Rated; ms: number } {
  const all = watched()
  all.alarm.adopt(RATED_SCORES)
  const source = ratedTraffic(seed)
  return { ...all, source, ms: play(all.alarm, source, count, START_MS) }
}

function play(
  alarm: Alarm,
  source: () => Rated,
  count: number,
  fromMs: number,
  each: (alarmed: Alarmed) => void = () => {},
): number {
  for (let i = 0; i < count; i++) each(alarm.judge(source(), fromMs + GAP_MS * i))
  return fromMs + GAP_MS * count
}

const copyOf = ({ p, known, alert }: Alarmed): Alarmed => ({
  p,
  known,
  alert: alert === null ? null : { ...alert },
})
const iso = (ms: number): string => new Date(ms).toISOString()

test('an incident opens, collects records, is told of at ten, and closes after a calm minute, seen last at its last record', () => {
  const { alarm, log, events, source, ...rest } = taught(3000, 1)
  let { ms } = rest
  const ids = new Set<string | null>()
  ms = play(
    alarm,
    () => ratedAttack('/b'),
    40,
    ms,
    ({ alert }) => ids.add(alert?.incident ?? null),
  )
  const lastAttackMs = ms - GAP_MS
  const [open] = log.list()
  expect(ids).toEqual(new Set([open?.id]))
  expect(open).toMatchObject({
    status: 'open',
    kind: 'spike',
    route: '/b',
    direction: 'high',
    records: 40,
    peak_score: 0.85,
    action: 'freeze',
    last_seen: iso(lastAttackMs),
  })
  expect(open?.peak_p).toBeLessThan(0.001)
  play(alarm, source, 3100, ms)
  const [closed] = log.list()
  expect(closed).toMatchObject({ id: open?.id, status: 'closed', records: 40, last_seen: iso(lastAttackMs) })
  const calmMs = Date.parse(closed?.closed ?? '') - lastAttackMs
  expect(calmMs).toBeGreaterThan(60_000)
  expect(calmMs).toBeLessThan(62_000)
  expect(log.size).toBe(1)
  expect(events.map(({ change }) => change)).toEqual(['opened', 'grown', 'closed'])
  expect(events.at(-1)?.incident.summary).toBe('spike at /b, 40 records')
})

test('an incident closes by the clock, too, when no record comes any more', () => {
  const { alarm, log, ms } = taught(2000, 2)
  play(alarm, () => ratedAttack('/a'), 20, ms)
  alarm.tick(ms + 30_000)
  expect(log.openCount).toBe(1)
  alarm.tick(ms + 3_600_000)
  expect(log.openCount).toBe(0)
})

test('an alert names what leads, by its name', () => {
  const { alarm, ms } = taught(2000, 3)
  const alarmed = alarm.judge({ route: '/a', score: 0.5, values: [3000, 0] }, ms)
  expect(alarmed.alert).toMatchObject({ feature: 'latency', p: alarmed.p })
})

test('without a forest there is no p and no alert, but for a limit', () => {
  const { alarm } = watched({ policies: { latency: { limit: 4000 } } })
  const route = '/a'
  expect(copyOf(alarm.judge({ route, score: Number.NaN, values: [3999, 9] }, START_MS))).toEqual({
    p: 1,
    known: true,
    alert: null,
  })
  expect(alarm.judge({ route, score: Number.NaN, values: [4001, 0] }, START_MS + 1).alert).toMatchObject({
    action: 'freeze',
    incident: null,
  })
})

describe('a restored alarm', () => {
  test('keeps the open incident under its id, and gives the same answers until it closes and beyond', () => {
    const { alarm, log, source, ...rest } = taught(3000, 4)
    const ms = play(alarm, () => ratedAttack('/c'), 30, rest.ms)
    const other = watched()
    other.log.restore(structuredClone(log.capture()))
    other.alarm.restore(settled(alarm.capture()) as AlarmState)
    expect(other.alarm.adopted).toBe(true)
    expect(other.log.list()).toEqual(log.list())
    for (let i = 0; i < 4000; i++) {
      const record = i < 200 && i % 2 === 0 ? ratedAttack('/c') : source()
      const nowMs = ms + GAP_MS * i
      expect(copyOf(other.alarm.judge(record, nowMs))).toEqual(copyOf(alarm.judge(record, nowMs)))
    }
    expect(log.list()).toMatchObject([{ status: 'closed', route: '/c' }])
    expect(other.log.list()).toEqual(log.list())
  })

  test('refuses what was captured of other features, by a word that a state is refused with', () => {
    const { alarm } = taught(1000, 5)
    const state = settled(alarm.capture())
    for (const features of [[LATENCY], [ERRORS, LATENCY]]) {
      const other = watched({ features })
      expect(() => other.alarm.restore(state)).toThrow(StateError)
      expect(() => other.alarm.restore(state)).toThrow(/features/)
    }
    expect(() => watched({ policies: { latency: { direction: 'low' } } }).alarm.restore(state)).toThrow(
      /latency both/,
    )
  })
})

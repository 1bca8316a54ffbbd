import { expect, test } from 'vitest'
import { Alerts } from '#sentinel/alerts/alerts.js'
import { Rhythm } from '#sentinel/alerts/evidence/rhythm.js'
import { settled } from '#sentinel/state/late.js'
import { mulberry32 } from '../../../made-up/random.js'
import { type Rated, ratedTraffic } from '../../../made-up/rated-traffic.js'
import { alertsWith, play } from '../subject.js'

test('a route that stops while the others go on is an incident, once, and over a minute after it is back', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(11)
  let ms = play(alerts, source, 5000)
  const without = () => {
    for (;;) {
      const record = source()
      if (record.route !== '/a') return record
    }
  }
  ms = play(alerts, without, 3000, ms)
  const silences = () => alerts.incidents().filter(({ kind }) => kind === 'silence')
  expect(silences().map(({ route, closedMs }) => [route, closedMs])).toEqual([['/a', null]])
  ms = play(alerts, source, 4000, ms)
  expect(silences()).toHaveLength(1)
  expect(silences()[0]?.closedMs).not.toBeNull()
})

test('a pause of all traffic is no silence of a route, and neither is a night', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(12)
  const ms = play(alerts, source, 3000)
  play(alerts, source, 3000, ms + 3_600_000)
  for (let i = 0; i < 3000; i++) alerts.judge(source(), ms + 8_000_000 + 400 * i)
  expect(alerts.incidents()).toEqual([])
})

test('a route whose records double against its own rhythm is an incident', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(13)
  let ms = play(alerts, source, 6000)
  const random = mulberry32(14)
  const opened: string[] = []
  for (let i = 0; i < 3000; i++) {
    const record = source()
    const said = [...alerts.judge(record, ms).events]
    // The same again with a route of its own in two of three cases: /a comes three times as often.
    if (random.uniform() < 0.67) said.push(...alerts.judge({ ...record, route: '/a' }, ms).events)
    for (const { incident } of said) opened.push(`${incident.kind} ${incident.route}`)
    ms += 20
  }
  expect(opened).toContain('surge /a')
})

test('a surge that stays is one incident, however few records there are in it, and then the new rhythm', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(15)
  const opened: string[] = []
  const judge = (record: Rated, ms: number): void => {
    for (const { kind, incident } of alerts.judge(record, ms).events)
      if (kind === 'opened') opened.push(`${incident.kind} ${incident.route}`)
  }
  for (let i = 0; i < 4000; i++) {
    const ms = 20_000 * i
    judge(source(), ms)
    if (i < 1500) continue
    judge({ ...source(), route: '/a' }, ms + 5000)
    judge({ ...source(), route: '/a' }, ms + 10_000)
  }
  expect(opened).toEqual(['surge /a'])
  expect(alerts.incidents().map(({ closedMs }) => closedMs)).not.toContain(null)
})

test('after 1,000 records of a surge its gaps are the rhythm', () => {
  const rhythm = new Rhythm()
  let [ms, records] = [0, 0]
  /** Beats so far apart in time, and in records of all routes. */
  const beats = (count: number, gapMs: number, gapRecords: number): void => {
    for (let i = 0; i < count; i++) {
      ms += gapMs
      records += gapRecords
      rhythm.beat(ms, records, { logA: 12 })
    }
  }
  beats(1000, 1000, 10)
  beats(900, 100, 1)
  expect([rhythm.isSurging, rhythm.gapMs > 500]).toEqual([true, true])
  beats(2000, 100, 1)
  expect([rhythm.isSurging, rhythm.gapMs < 200]).toEqual([false, true])
})

test('requests without a route have no rhythm', () => {
  const alerts = new Alerts({ features: [{ name: 'latency', direction: 'high' }] })
  for (let i = 0; i < 2000; i++)
    alerts.judge({ route: '', score: Number.NaN, values: [1] }, i < 1000 ? 1000 * i : 1e6 + i)
  expect(alerts.incidents()).toEqual([])
})

test('records that come in one millisecond are no surge, and their rhythm can be kept', () => {
  const features = [{ name: 'latency', direction: 'high' }] as const
  const alerts = new Alerts({ features })
  const values = [1]
  for (let i = 0; i < 1000; i++) alerts.judge({ route: '/batch', score: Number.NaN, values }, 5000)
  for (let i = 0; i < 300; i++) alerts.judge({ route: '/batch', score: Number.NaN, values }, 6000 + 20 * i)
  expect(alerts.incidents()).toEqual([])
  const other = new Alerts({ features })
  other.restore(settled(alerts.capture()))
  expect(other.records).toBe(1300)
})

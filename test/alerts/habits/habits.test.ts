import { expect, test } from 'vitest'
import type { Alerts } from '#sentinel/alerts/alerts.js'
import { Habits } from '#sentinel/alerts/habits/habits.js'
import type { Judged } from '#sentinel/alerts/judgement.js'
import { settled } from '#sentinel/state/late.js'
import { type Rated, ratedTraffic } from '../../../made-up/rated-traffic.js'
import { alertsWith } from '../subject.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GAP = 2000
const START = Date.UTC(2026, 0, 5)

/** Records of a job: slow, and odd to the forest. */
const job = (times = 20): Rated => ({ route: '/a', score: 0.7, values: [100 * times, 0] })

interface Hour {
  /** Minute at which the job starts; null for none. Default 5. */
  readonly at?: number | null
  readonly minutes?: number
  readonly record?: Partial<Judged>
}

/** Ordinary traffic, and a record of the job every ten seconds of its minutes; share of these that alerted, by hour. */
class Day {
  readonly alerts: Alerts
  readonly #source: () => Rated
  #hour = 0

  /** @param route that all ordinary records have; undefined for their own */
  constructor(route?: string) {
    this.alerts = alertsWith()
    const source = ratedTraffic(5)
    this.#source = route === undefined ? source : () => ({ ...source(), route })
  }

  hour({ at = 5, minutes = 2, record = {} }: Hour = {}): number {
    const begins = START + HOUR * this.#hour
    this.#hour += 1
    let [jobs, alerted] = [0, 0]
    for (let ms = 0; ms < HOUR; ms += GAP) {
      this.alerts.judge(this.#source(), begins + ms)
      if (at === null || ms < at * MINUTE || ms >= (at + minutes) * MINUTE || ms % 10_000 !== 0) continue
      jobs += 1
      if (this.alerts.judge({ ...job(), ...record }, begins + ms + 1).alert) alerted += 1
    }
    return alerted / Math.max(1, jobs)
  }

  hours(count: number, hour: Hour = {}): number[] {
    return Array.from({ length: count }, () => this.hour(hour))
  }
}

const quiet = (shares: readonly number[]): boolean => shares.every((share) => share === 0)
const told = (shares: readonly number[]): boolean => shares.every((share) => share > 0.8)

test('an hourly job is told of four times, and expected from then on, at its time', () => {
  const day = new Day()
  day.hour({ at: null })
  expect(told(day.hours(4))).toBe(true)
  const incidents = day.alerts.incidents().length
  expect(quiet(day.hours(12))).toBe(true)
  expect(day.alerts.incidents()).toHaveLength(incidents)
  // Once it fails to come, and is expected the next time.
  expect(quiet([day.hour({ at: null }), day.hour()])).toBe(true)
  expect(day.hour({ at: 35 })).toBeGreaterThan(0.8)
})

test('what is expected is listed with what is rare in it, by the hour', () => {
  const day = new Day()
  day.hours(6)
  const known = day.alerts.habits.list()
  expect(known.map(({ route, kind, feature, every }) => [route, kind, feature, every])).toEqual([
    ['/a', 'values', 'latency', 'hour'],
  ])
  expect(known[0]?.expected).toBeGreaterThan(12)
  expect(known[0]?.lastMs).toBe(START + 5 * HOUR + 6 * MINUTE + 50_001)
})

test('at its time another route, a greater distance and another feature are told of as ever', () => {
  const day = new Day()
  day.hours(7)
  const { alerts } = day
  const at = START + 7 * HOUR + 5 * MINUTE
  expect(alerts.tryOut(job(), at).alert).toBe(false)
  expect(alerts.tryOut(job(), at).p).toBe(1)
  expect(alerts.tryOut(job(), at + 20 * MINUTE).alert).toBe(true)
  expect(alerts.tryOut({ ...job(), route: '/b' }, at).alert).toBe(true)
  expect(alerts.tryOut(job(27), at).alert).toBe(false)
  expect(alerts.tryOut(job(40), at).alert).toBe(true)
  expect(alerts.tryOut({ ...job(), values: [2000, 5] }, at).alert).toBe(true)
})

test('who comes a little farther each hour is told of each hour: nobody gets farther by coming back', () => {
  const day = new Day()
  day.hours(6)
  const shares = Array.from({ length: 10 }, (_, i) =>
    day.hour({ record: { values: [2000 * 1.4 ** (i + 1), 0] } }),
  )
  // The first step is within half as far again; from then on each is told of four times before it is expected.
  expect(quiet(shares.slice(0, 1))).toBe(true)
  expect(shares.slice(2).every((share) => share > 0.8)).toBe(true)
})

test('what comes all the time, or at another time each hour, is no habit', () => {
  const always = new Day()
  always.hours(4, { at: 0, minutes: 45 })
  expect(always.alerts.habits.list()).toEqual([])
  const random = new Day()
  for (const at of [5, 41, 22, 10, 55, 31, 16]) expect(random.hour({ at })).toBeGreaterThan(0.8)
  expect(random.alerts.habits.list()).toEqual([])
})

test('nothing that may not be learnt becomes a habit', () => {
  const day = new Day()
  expect(told(day.hours(7, { record: { learns: false } }))).toBe(true)
  expect(day.alerts.habits.list()).toEqual([])
})

test('a habit that was ended, or whose values were forgotten, is told of again', () => {
  const day = new Day()
  day.hours(6)
  const [{ id = '' } = {}] = day.alerts.habits.list()
  expect(day.alerts.habits.end('habit-none')).toBe(false)
  expect(day.alerts.habits.end(id)).toBe(true)
  expect(day.alerts.habits.list()).toEqual([])
  expect(told(day.hours(4))).toBe(true)
  expect(quiet(day.hours(1))).toBe(true)
  day.alerts.forget('/a', { feature: 'latency', from: 1000, to: 5000 })
  expect(told(day.hours(4))).toBe(true)
  day.hours(1)
  day.alerts.reset('/a')
  expect(day.alerts.habits.list()).toEqual([])
})

test('habits go on after a capture, and a state of before they were kept is read', () => {
  const day = new Day()
  day.hours(6)
  const captured = settled(day.alerts.capture())
  const other = alertsWith()
  other.restore(captured)
  expect(other.habits.list()).toEqual(day.alerts.habits.list())
  const at = START + 6 * HOUR + 5 * MINUTE
  expect(other.tryOut(job(), at).alert).toBe(false)
  const routes = (captured as { routes: { swept: { habits?: unknown }[] } }).routes.swept
  for (const route of routes) delete route.habits
  const fresh = alertsWith()
  fresh.restore(captured)
  expect(fresh.records).toBe(day.alerts.records)
  expect(fresh.habits.list()).toEqual([])
  expect(fresh.tryOut(job(), at).alert).toBe(true)
})

test('a damaged state of habits is refused', () => {
  const day = new Day()
  day.hours(6)
  const captured = settled(day.alerts.capture()) as { routes: { swept: { habits: object[] | null }[] } }
  const { habits } = captured.routes.swept.find((route) => route.habits !== null) ?? { habits: [] }
  const [one] = habits as [object]
  Object.assign(one, { episodes: new Float64Array(4) })
  expect(() => alertsWith().restore(captured as never)).toThrow('its episodes are none')
  Object.assign(one, { episodes: Float64Array.of(1, 2, Number.NaN) })
  expect(() => alertsWith().restore(captured as never)).toThrow('not finite')
  for (let i = 0; i < 8; i++) habits?.push(one)
  expect(() => alertsWith().restore(captured as never)).toThrow('too many habits')
})

test('the time of people decides, where there is one', () => {
  let shift = 0
  const wallClock = (): number => now + shift
  let now = START
  const alerts = alertsWith({ wallClock })
  const source = ratedTraffic(5)
  const hour = (h: number): number => {
    let alerted = 0
    for (let ms = 0; ms < HOUR; ms += GAP) {
      now = START + h * HOUR + ms
      alerts.judge(source(), 7 + ms + h * HOUR)
      if (ms < 5 * MINUTE || ms >= 7 * MINUTE || ms % 10_000 !== 0) continue
      if (alerts.judge(job(), 8 + ms + h * HOUR).alert) alerted += 1
    }
    return alerted
  }
  for (let h = 0; h < 5; h++) hour(h)
  expect(hour(5)).toBe(0)
  shift = 25 * MINUTE
  expect(hour(6)).toBeGreaterThan(9)
})

test('a silence of each day is told of twice, and a surge of each hour four times', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(11)
  const opened: string[] = []
  for (let ms = 0; ms < 5 * 24 * HOUR; ms += 30_000) {
    const ofDay = ms % (24 * HOUR)
    const record = source()
    if (record.route === '/b' && ofDay > 6 * HOUR && ofDay < 12 * HOUR) continue
    for (const { kind, incident } of alerts.judge(record, START + ms).events)
      if (kind === 'opened') opened.push(`${incident.kind} ${incident.route} ${Math.floor(ms / (24 * HOUR))}`)
  }
  expect(opened).toEqual(['silence /b 0', 'silence /b 1'])
  expect(alerts.habits.list().map(({ kind, every }) => [kind, every])).toEqual([['silence', 'day']])
})

/** A record in which one thing is rare. */
function withSign(habits: Habits, subject: number, far: number): Habits {
  habits.begin()
  habits.add(subject, far)
  return habits
}

test('a record in which nothing is rare is not expected', () => {
  const habits = new Habits(2)
  habits.begin()
  expect(habits.expects(START)).toBe(false)
})

test('what is expected adds no distance', () => {
  const habits = new Habits(1)
  for (let hour = 0; hour < 4; hour++) withSign(habits, 0, 2).remember(START + hour * HOUR)
  for (let hour = 4; hour < 12; hour++) {
    expect(withSign(habits, 0, 2.4).expects(START + hour * HOUR)).toBe(true)
    habits.renew(START + hour * HOUR)
  }
  expect(withSign(habits, 0, 2.5).expects(START + 12 * HOUR)).toBe(false)
})

test('of more things than are remembered the one that was seen longest ago makes way', () => {
  const habits = new Habits(1)
  for (const [i, subject] of [3, 1, 2, 4, 5, 6, 7, 8].entries())
    withSign(habits, subject, 1).remember(START + i * MINUTE)
  withSign(habits, 3, 1).remember(START + HOUR)
  withSign(habits, 9, 1).remember(START + HOUR)
  const subjects = (habits.capture() as unknown as { counts: Float64Array }[]).map(({ counts }) => counts[0])
  expect(subjects).toEqual([3, 2, 4, 5, 6, 7, 8, 9])
})

test('without a route, too, it is known how far a job goes', () => {
  const day = new Day('')
  day.hours(7, { record: { route: '' } })
  expect(day.alerts.habits.list().map(({ route, feature }) => [route, feature])).toEqual([['', 'latency']])
  const at = START + 7 * HOUR + 5 * MINUTE
  expect(day.alerts.tryOut({ ...job(), route: '' }, at).alert).toBe(false)
  expect(day.alerts.tryOut({ ...job(60), route: '' }, at).alert).toBe(true)
})

test('what the forest alone finds rare has a habit without a feature', () => {
  const day = new Day()
  // A fall of values is left to the forest.
  const record = { score: 0.95, values: [10, 0] }
  expect(told(day.hours(4, { record }))).toBe(true)
  expect(quiet(day.hours(3, { record }))).toBe(true)
  expect(day.alerts.habits.list().map(({ kind, feature }) => [kind, feature])).toEqual([['values', null]])
})

test.each([
  [true, 0],
  [false, 1],
])(
  'of a sample, records that were sent as they are rare are a habit where they may be learnt: %s',
  (learns, share) => {
    const day = new Day()
    const record = { learns, draw: { unseen: 0, beside: true } }
    day.hours(5, { record })
    expect(day.hour({ record })).toBe(share)
  },
)

test('a surge of each day is told of twice', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(17)
  const opened: string[] = []
  for (let ms = 0; ms < 5 * 24 * HOUR; ms += 60_000) {
    const ofDay = ms % (24 * HOUR)
    const times = ofDay > 9 * HOUR && ofDay < 11 * HOUR ? 8 : 1
    for (let i = 0; i < times; i++) {
      const record = i === 0 ? source() : { ...source(), route: '/a' }
      for (const { kind, incident } of alerts.judge(record, START + ms + i * 7000).events)
        if (kind === 'opened')
          opened.push(`${incident.kind} ${incident.route} ${Math.floor(ms / (24 * HOUR))}`)
    }
  }
  expect(opened).toEqual(['surge /a 0', 'surge /a 1'])
})

/** An hour in which a route is 1.9 times as slow for some minutes, none of its records by itself being rare; opened incidents. */
function slowHour(alerts: Alerts, source: () => Rated, hour: number): string[] {
  const opened: string[] = []
  for (let ms = 0; ms < HOUR; ms += GAP) {
    const record = source()
    const [latency, errors] = record.values
    const isSlow = ms >= 5 * MINUTE && ms < 11 * MINUTE
    const judged = { ...record, route: '/a', values: [isSlow ? 1.9 * latency : latency, errors] as const }
    for (const { kind, incident } of alerts.judge(judged, START + HOUR * hour + ms).events)
      if (kind === 'opened') opened.push(`${incident.kind} ${incident.feature}`)
  }
  return opened
}

test('a shift that comes back each hour is a habit, until its values are forgotten', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(5)
  const hours = Array.from({ length: 9 }, (_, hour) => slowHour(alerts, source, hour))
  expect(hours.slice(1, 5).every((opened) => opened.includes('shift latency'))).toBe(true)
  expect(hours.slice(6).flat()).toEqual([])
  // Single values that go as far are one of their own.
  expect(alerts.habits.list().map(({ kind, feature, every }) => [kind, feature, every])).toEqual([
    ['shift', 'latency', 'hour'],
    ['values', 'latency', 'hour'],
  ])
  alerts.forget('/a', { feature: 'latency', from: 1e6, to: 2e6 })
  expect(alerts.habits.list()).toEqual([])
  expect(slowHour(alerts, source, 9)).toContain('shift latency')
})

test.each([
  ['ended', (alerts: Alerts, id: string) => alerts.habits.end(id)],
  ['forgotten', (alerts: Alerts) => alerts.forget('/a', { feature: 'latency', from: 1000, to: 5000 })],
])('a state holds a habit that was %s after its capture, before all of it was read', (_, change) => {
  const day = new Day()
  day.hours(6)
  const [{ id = '' } = {}] = day.alerts.habits.list()
  const captured = day.alerts.capture()
  change(day.alerts, id)
  expect(day.alerts.habits.list()).toEqual([])
  const other = alertsWith()
  other.restore(settled(captured))
  expect(other.habits.list()).toMatchObject([{ id }])
})

import { expect, test } from 'vitest'
import type { Alerts } from '#sentinel/alerts/alerts.js'
import { type IncidentEvent, Incidents } from '#sentinel/alerts/evidence/gathering.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { settled } from '#sentinel/state/late.js'
import { mulberry32 } from '../../../made-up/random.js'
import { ratedTraffic } from '../../../made-up/rated-traffic.js'
import { alertsWith } from '../subject.js'

/** Names of letters that are all different. */
const nameOf = (i: number): string =>
  `/${[...i.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')}`
/** One of so many names, the first ones far more often. */
const popular = (share: number, n: number): string => `/known${nameOf(Math.floor((n + 1) ** share - 1))}`

const KNOWN = 30
const CALM = 6000

/** Ordinary records, 50 a second, whose routes are given by their number; returns the incidents of new routes. */
function newcomersOf(
  routeOf: (i: number, uniform: () => number) => string,
  records: number,
  { alerts = alertsWith(), from = 0 }: { alerts?: Alerts; from?: number } = {},
) {
  const source = ratedTraffic(11)
  const { uniform } = mulberry32(12 + from)
  for (let i = from; i < from + records; i++)
    alerts.judge({ ...source(), route: routeOf(i, uniform), known: true }, 1e6 + 20 * i)
  return alerts.incidents().filter(({ kind }) => kind === 'newcomers')
}

/** Routes as ever, and from the end of the calm on so many of the records for names of another kind. */
const then =
  (share: number, name: (i: number, uniform: () => number) => string, until = Number.POSITIVE_INFINITY) =>
  (i: number, uniform: () => number): string =>
    i >= CALM && i < until && uniform() < share ? name(i, uniform) : popular(uniform(), KNOWN)

test.each([
  ['each once, every other record', 0.5, (i: number) => `/tried${nameOf(i)}`],
  ['each once, one record in ten', 0.1, (i: number) => `/tried${nameOf(i)}`],
  ['each twice', 1, (i: number) => `/tried${nameOf(i >> 1)}`],
])('names that are tried out, %s, are one incident that ends a minute after them', (_, share, name) => {
  const until = CALM + 3000
  const found = newcomersOf(then(share, name, until), until - CALM + CALM + 4000)
  expect(found).toHaveLength(1)
  const [incident] = found
  expect(incident).toMatchObject({ route: null, feature: null, action: 'observe' })
  expect(incident?.openedMs).toBeLessThan(1e6 + 20 * (CALM + 1500))
  expect(incident?.records).toBeGreaterThan(share * 3000 * 0.45)
  expect(incident?.closedMs).toBeGreaterThan(1e6 + 20 * until + 59_000)
})

test.each<[string, (i: number, uniform: () => number) => string, number]>([
  ['the first records of a service with 400 routes', (_, uniform) => popular(uniform(), 400), 20_000],
  ['more routes than there is room for', (_, uniform) => popular(uniform(), 5000), 20_000],
  ['titles that come once, as ever', (i, u) => (u() < 0.2 ? `/wiki${nameOf(i)}` : popular(u(), 30)), 20_000],
  ['a release with 60 routes that are used', then(0.5, (_, u) => `/new${popular(u(), 60)}`), 12_000],
  ['names that come three times each', then(1, (i) => `/new${nameOf(Math.floor(i / 3))}`), 9_000],
  ['ten names that nobody asked for before', then(0.002, (i) => `/tried${nameOf(i)}`), 11_000],
  ['requests without a route', then(0.5, () => ''), 9_000],
])('%s are none', (_, routeOf, records) => {
  expect(newcomersOf(routeOf, records)).toEqual([])
})

test('a change that is expected is none, and after it they are found again', () => {
  const alerts = alertsWith()
  const tried = then(0.5, (i) => `/tried${nameOf(i)}`)
  newcomersOf(tried, CALM, { alerts })
  alerts.expectChange(null, 2000)
  expect(newcomersOf(tried, 1500, { alerts, from: CALM })).toEqual([])
  expect(newcomersOf(tried, 2000, { alerts, from: CALM + 1500 })).toHaveLength(1)
})

test('once they have ended, a few new names are nothing again', () => {
  const alerts = alertsWith()
  const until = CALM + 2000
  newcomersOf(
    then(0.5, (i) => `/tried${nameOf(i)}`, until),
    until + 4000,
    { alerts },
  )
  const few = newcomersOf(
    then(0.002, (i) => `/few${nameOf(i)}`),
    8000,
    { alerts, from: until + 4000 },
  )
  expect(few).toHaveLength(1)
})

test('no record belongs to it', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(21)
  const routeOf = then(0.5, (i) => `/tried${nameOf(i)}`)
  const { uniform } = mulberry32(22)
  let told = 0
  for (let i = 0; i < CALM + 2000; i++) {
    const { incident } = alerts.judge({ ...source(), route: routeOf(i, uniform) }, 1e6 + 20 * i)
    if (incident?.kind === 'newcomers') told += 1
  }
  expect(alerts.incidents().map(({ kind }) => kind)).toContain('newcomers')
  expect(told).toBe(0)
})

test('it takes over no other incident, and none takes it over', () => {
  const incidents = new Incidents(10)
  const events: IncidentEvent[] = []
  const start = (kind: 'spike' | 'newcomers', route: string | null) => {
    const opening = { kind, route, feature: null, direction: 'high', usual: 0, nowMs: 0, gapMs: 0 } as const
    return incidents.start(opening, kind === 'spike', -1, events)
  }
  start('spike', '/a')
  const newcomers = start('newcomers', null)
  expect(incidents.open).toBe(2)
  expect(incidents.newcomers).toBe(newcomers)
  expect(incidents.of(null)).toBeUndefined()
  expect(incidents.around('/b')).toBeUndefined()
  const ofAll = start('spike', null)
  expect(incidents.list().filter(({ closedMs }) => closedMs === null)).toEqual([
    newcomers.incident,
    ofAll.incident,
  ])
  expect(incidents.of(null)).toBe(ofAll)
  expect(ofAll.incident.records + newcomers.incident.records).toBe(0)
})

test('it goes on after a restart, and a state of before there was such a thing is taken', () => {
  const routeOf = then(0.5, (i) => `/tried${nameOf(i)}`)
  const alerts = alertsWith()
  newcomersOf(routeOf, CALM + 1000, { alerts })
  const captured = settled(alerts.capture()) as Record<string, never>
  const restored = alertsWith()
  restored.restore(structuredClone(captured))
  const more = { from: CALM + 1000 }
  const whole = newcomersOf(routeOf, 1000, { alerts, ...more })
  expect(whole).toHaveLength(1)
  expect(newcomersOf(routeOf, 1000, { alerts: restored, ...more })).toEqual(whole)

  const { newcomers: _, ...former } = captured
  const old: Alerts = alertsWith()
  old.restore(former)
  expect(old.records).toBe(CALM + 1000)
})

test('in the log it has a sentence, and grows by every name', async () => {
  const sentinel = await Sentinel.create({ detector: { fit: 'sync' } })
  const { uniform } = mulberry32(31)
  const changes: string[] = []
  sentinel.listen({
    incidentChanged: ({ change, incident: { kind, records } }) => {
      if (kind === 'newcomers') changes.push(`${change} ${records}`)
    },
  })
  const routeOf = then(0.5, (i) => `/tried${nameOf(i)}`)
  for (let i = 0; i < CALM + 1000; i++) {
    const record = { latency: 50 + 100 * uniform(), input_length: 200, errors: 0 }
    sentinel.judge({ ...record, route: routeOf(i, uniform) }, { atMs: 1e12 + 20 * i })
  }
  const [incident] = sentinel.incidents.list({}).filter(({ kind }) => kind === 'newcomers')
  const { records = 0, summary } = incident ?? {}
  expect(summary).toBe(`Many new routes, possible scan: ${records} that nobody had asked for before`)
  expect(records).toBeGreaterThan(450)
  expect(incident).toMatchObject({ status: 'open', route: null, feature: null, anomalies: [] })
  expect(incident).toMatchObject({ seen: null, peak_score: null, peak_p: null })
  expect(changes).toEqual(['opened 64', 'grown 100'])
  await sentinel.close()
})

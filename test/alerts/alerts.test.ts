import { describe, expect, test } from 'vitest'
import { Alerts } from '#sentinel/alerts/alerts.js'
import type { Captured } from '#sentinel/alerts/captured.js'
import type { Judgement } from '#sentinel/alerts/judgement.js'
import { settled } from '#sentinel/state/late.js'
import { mulberry32 } from '../../made-up/random.js'
import { RATED_ROUTES, type Rated, ratedAttack, ratedTraffic } from '../../made-up/rated-traffic.js'
import { alertsWith, FEATURES, GAP_MS, play } from './subject.js'

const copyOf = ({ p, alert, action, incident, feature, events }: Judgement) => ({
  p,
  alert,
  action,
  incident: incident?.id ?? null,
  feature,
  events: events.map(({ kind, incident: { id } }) => `${kind} ${id}`),
})

function restoredOf(alerts: Alerts): Alerts {
  const restored = alertsWith()
  restored.restore(settled(alerts.capture()))
  return restored
}

describe('ordinary traffic', () => {
  test('is alerted at about the rate that was asked for, and opens no incident', () => {
    for (const rate of [0.01, 0.001]) {
      const alerts = alertsWith({ rate })
      let alerted = 0
      const n = 60_000
      play(alerts, ratedTraffic(1), n, 0, ({ alert }, i) => {
        if (i >= 1000 && alert) alerted += 1
      })
      expect(alerted / (n - 1000) / rate).toBeLessThan(2)
      expect(alerted / (n - 1000) / rate).toBeGreaterThan(0.5)
      expect(alerts.incidents().length).toBe(0)
    }
  })

  test('has no p before there is a forest, and then nothing but a static limit alerts', () => {
    const alerts = new Alerts({ features: [{ name: 'latency', direction: 'both', limit: 5000 }] })
    const record = { route: '/a', score: Number.NaN }
    expect(copyOf(alerts.judge({ ...record, values: [4999] }, 0))).toMatchObject({
      p: 1,
      alert: false,
      action: null,
    })
    expect(copyOf(alerts.judge({ ...record, values: [5001] }, 1))).toMatchObject({
      p: 1,
      alert: true,
      action: 'freeze',
    })
  })
})

describe('an attack', () => {
  test('is one incident that is opened, grows tenfold, collects it all and closes after a calm minute', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(2)
    let ms = play(alerts, source, 5000)
    const events: string[] = []
    let inside = 0
    const random = mulberry32(5)
    for (let i = 0; i < 200; i++) {
      const said = alerts.judge(random.uniform() < 0.5 ? ratedAttack('/b') : source(), ms)
      if (said.incident !== null) inside += 1
      for (const { kind } of said.events) events.push(kind)
      ms += GAP_MS
    }
    expect(events.slice(0, 2)).toEqual(['opened', 'grown'])
    expect(inside).toBeGreaterThan(85)
    const [incident] = alerts.incidents()
    expect(incident).toMatchObject({
      route: '/b',
      kind: 'spike',
      direction: 'high',
      closedMs: null,
      action: 'freeze',
    })
    expect(incident?.peak.value).toBeGreaterThan(10 * (incident?.usual ?? 0))
    alerts.addExample(incident?.id as number, 'an-id')
    play(alerts, source, 3500, ms, ({ events: said }) => {
      for (const { kind } of said) events.push(kind)
    })
    expect(events.at(-1)).toBe('closed')
    expect(alerts.incidents()[0]).toMatchObject({ examples: ['an-id'] })
  })

  test('is not taken for what the route has become: ordinary records after it belong to nothing', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(7)
    let ms = play(alerts, source, 5000)
    for (let i = 0; i < 300; i++) {
      alerts.judge(ratedAttack('/a'), ms)
      ms = play(alerts, source, 2, ms + GAP_MS)
    }
    let inside = 0
    play(alerts, source, 600, ms, ({ incident }, i) => {
      if (i >= 60 && incident !== null) inside += 1
    })
    expect(inside).toBe(0)
    expect(alerts.incidents().map(({ kind }) => kind)).toEqual(['spike'])
  })

  test('on all routes is one incident of all, with a restart in between', () => {
    let alerts = alertsWith()
    let ms = play(alerts, ratedTraffic(3), 5000)
    const random = mulberry32(6)
    // Mildly odd on every route: none has enough by itself.
    for (let i = 0; i < 60; i++) {
      if (i === 10) alerts = restoredOf(alerts)
      const route = RATED_ROUTES[i % 3] as string
      alerts.judge({ route, score: 0.57 + 0.01 * random.uniform(), values: [320, 0] }, ms)
      ms += GAP_MS
    }
    const incident = alerts.incidents().find(({ route }) => route === null)
    expect(incident).toMatchObject({ kind: 'spike', feature: 'latency', direction: 'high' })
    // What was seen, and what is usual on the route of that record.
    expect(incident?.peak.value).toBe(320)
    expect(incident?.usual).toBeGreaterThan(90)
    expect(incident?.usual).toBeLessThan(110)
  })

  test('on all routes names no feature where no one leads in most records', () => {
    let alerts = alertsWith()
    let ms = play(alerts, ratedTraffic(3), 5000)
    for (let i = 0; i < 120; i++) {
      if (i === 4) alerts = restoredOf(alerts)
      const route = RATED_ROUTES[i % 3] as string
      alerts.judge({ route, score: 0.57, values: i % 2 === 0 ? [320, 0] : [100, 2] }, ms)
      ms += GAP_MS
    }
    expect(alerts.incidents().find(({ route }) => route === null)).toMatchObject({ feature: null, usual: 0 })
  })

  test('cannot lead the memory that it is judged by: the thousandth is as rare as the first, tenfold at most', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(4)
    let ms = play(alerts, source, 5000)
    const surprises: number[] = []
    for (let i = 0; i < 900; i++) {
      surprises.push(alerts.judge(ratedAttack('/a'), ms).surprise)
      ms = play(alerts, source, 1, ms + 20)
    }
    expect(surprises.at(-1)).toBeGreaterThan((surprises[0] as number) - Math.LN10)
  })

  test('gets nothing but observe while fewer than 500 records are known', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(5)
    const actions = new Set<unknown>()
    let ms = play(alerts, source, 300)
    for (let i = 0; i < 100; i++) {
      ms += GAP_MS
      actions.add(alerts.judge(ratedAttack('/a'), ms).action)
    }
    actions.delete(null)
    expect([...actions]).toEqual(['observe'])
  })
})

interface OldRoute {
  readonly rhythm: { readonly gaps: Float64Array }
  readonly grown: { readonly lookalikes: unknown; readonly sampled: unknown; readonly tail: unknown }
}

describe('a captured state', () => {
  test('goes on with the very same verdicts, in the middle of an incident, too', () => {
    const one = alertsWith()
    const source = ratedTraffic(6)
    let ms = play(one, source, 4000)
    for (let i = 0; i < 20; i++) {
      ms += GAP_MS
      one.judge(ratedAttack('/c'), ms)
    }
    const other = new Alerts({ features: FEATURES })
    other.restore(settled(one.capture()))
    expect(other.incidents()).toEqual(one.incidents())
    for (let i = 0; i < 6000; i++) {
      const record = i % 7 === 0 && i < 700 ? ratedAttack('/c') : source()
      ms += GAP_MS
      expect(copyOf(other.judge(record, ms))).toEqual(copyOf(one.judge(record, ms)))
    }
  })

  test('of before lookalikes and what is rare were counted and samples told apart is read, and what is common is soon known again', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(33)
    const ms = play(alerts, source, 3000)
    const state = settled(alerts.capture()) as unknown as { routes: { swept: OldRoute[] } }
    const changed = (change: (route: OldRoute) => object): Captured => {
      const swept = state.routes.swept.map(change)
      return { ...state, routes: { ...state.routes, swept } } as unknown as Captured
    }
    const other = new Alerts({ features: FEATURES })
    other.restore(
      changed((route) => {
        const { lookalikes: _, sampled: __, tail: ___, ...grown } = route.grown
        return { ...route, rhythm: { gaps: route.rhythm.gaps.slice(0, 9) }, grown }
      }),
    )
    let alerted = 0
    play(other, source, 6000, ms, ({ alert }) => {
      if (alert) alerted += 1
    })
    expect(alerted).toBeLessThan(0.002 * 6000)
    expect(other.incidents()).toEqual([])
    const damaged = changed((route) => ({ ...route, rhythm: { gaps: new Float64Array(8) } }))
    expect(() => new Alerts({ features: FEATURES }).restore(damaged)).toThrow(/gaps/)
  })

  test('of other features, or with a part that is missing or no number, is refused by name', () => {
    const alerts = alertsWith()
    play(alerts, ratedTraffic(7), 1000)
    const state = settled(alerts.capture()) as { [name: string]: Captured }
    const restored = (changed: Captured) => () => new Alerts({ features: FEATURES }).restore(changed)
    expect(restored({ ...state, features: ['other high'] })).toThrow(/features/)
    for (const name of Object.keys(state)) {
      // States of before lack these.
      if (name === 'change' || name === 'newcomers') continue
      const { [name]: _, ...rest } = state
      expect(restored(rest), name).toThrow(name)
    }
    expect(restored({ ...state, counts: Float64Array.of(Number.NaN, 0) })).toThrow(/counts/)
    expect(restored(null)).toThrow(/object/)
  })
})

test('a flood of new routes keeps to the bound and does not push out those in use', () => {
  const alerts = alertsWith({ routesMax: 16 })
  const source = ratedTraffic(8)
  let ms = play(alerts, source, 3000)
  for (let i = 0; i < 5000; i++) {
    alerts.judge({ route: `/new/${i}`, score: 0.4, values: [100, 0] }, ms)
    ms = play(alerts, source, 1, ms)
  }
  expect(alerts.routes).toBeLessThanOrEqual(16)
  // Still known well enough for a value of its own to count.
  expect(alerts.judge({ route: '/a', score: 0.5, values: [1500, 0] }, ms).p).toBeLessThan(1e-3)
})

test('open incidents are bounded, too', () => {
  const alerts = alertsWith({ incidentsMax: 8 })
  let ms = play(alerts, ratedTraffic(9), 3000)
  for (let i = 0; i < 400; i++)
    ms = play(alerts, () => ({ route: `/r${i}`, score: 0.99, values: [1, 0] }), 12, ms)
  expect(alerts.incidents().length).toBeGreaterThan(8)
  expect(alerts.incidents().length).toBeLessThanOrEqual(64 + 8)
})

test('of an attack whose like had come before all is part of its incident, once that is open', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(31)
  const random = mulberry32(32)
  const poisoned = (): Rated => {
    const record = source()
    return record.route === '/a' && random.uniform() < 0.08 ? ratedAttack('/a') : record
  }
  const attackMs = play(alerts, poisoned, 4000)
  let opened = 0
  let inside = 0
  play(
    alerts,
    () => ratedAttack('/a'),
    400,
    attackMs,
    ({ incident }) => {
      if (incident !== null) inside += 1
      else if (inside === 0) opened += 1
    },
  )
  expect(opened).toBeLessThan(100)
  expect(inside).toBeGreaterThan(0.95 * (400 - opened))
})

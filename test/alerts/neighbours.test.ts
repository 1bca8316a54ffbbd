import { describe, expect, test } from 'vitest'
import type { Alerts } from '#sentinel/alerts/alerts.js'
import { mulberry32 } from '../../made-up/random.js'
import { RATED_ROUTES, type Rated, ratedAttack, ratedTraffic } from '../../made-up/rated-traffic.js'
import { alertsWith, GAP_MS, play } from './subject.js'

const RATE = 0.001
/** Rare, but not enough for an incident by itself. */
const RARE: Rated = { route: '/a', score: 0.6, values: [560, 0] }

/** Knows ordinary traffic; a source of more of it, and when it goes on. */
function knowing(seed: number): { alerts: Alerts; source: () => Rated; ms: number } {
  const alerts = alertsWith()
  const source = ratedTraffic(seed)
  return { alerts, source, ms: play(alerts, source, 6000) }
}

/** The next record of /a of the source. */
function ofA(source: () => Rated): Rated {
  for (;;) {
    const record = source()
    if (record.route === '/a') return record
  }
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number

describe('a record behind others that are odd', () => {
  test('ranks higher than by itself while a route is slow, alerts no more for it, and no longer when that is over', () => {
    const { alerts, source, ms } = knowing(21)
    let now = ms
    const slow: { p: number; alert: boolean; inside: boolean }[] = []
    for (let i = 0; i < 200; i++) {
      const { route, score, values } = ofA(source)
      now += GAP_MS
      const { p, alert, incident } = alerts.judge({ route, score, values: [1.8 * values[0], 0] }, now)
      slow.push({ p, alert, inside: incident !== null })
    }
    const late = slow.slice(100)
    expect(middle(late.map(({ p }) => p))).toBeLessThan(0.02)
    for (const { p, alert, inside } of late) if (p > RATE) expect(alert).toBe(inside)
    expect(late.filter(({ inside }) => !inside).every(({ p }) => p > RATE)).toBe(true)
    const after: number[] = []
    play(
      alerts,
      () => ofA(source),
      160,
      now,
      ({ p }, i) => {
        if (i >= 60) after.push(p)
      },
    )
    expect(middle(after)).toBeGreaterThan(0.2)
  })

  test('opens an incident with it where each of the two alone would not', () => {
    const { alerts, source, ms } = knowing(22)
    const alone = alerts.judge(RARE, ms)
    expect(alone.p).toBeLessThan(1e-3)
    expect(alone.incident).toBeNull()
    const later = play(alerts, source, 300, ms)
    expect(alerts.judge(RARE, later).incident).toBeNull()
    expect(alerts.incidents()).toEqual([])
    expect(alerts.judge(RARE, later + 1).incident).toMatchObject({ route: '/a', kind: 'spike' })
  })

  test('says nothing of it when they came more than a minute ago', () => {
    const { alerts, ms } = knowing(22)
    expect(alerts.judge(RARE, ms).incident).toBeNull()
    expect(alerts.judge(RARE, ms + 61_000).incident).toBeNull()
  })
})

describe('an incident', () => {
  test('has the record that it opens with, ordinary as that may be by itself', () => {
    const opened: number[] = []
    for (let seed = 31; seed < 39; seed++) {
      const { alerts, source, ms } = knowing(seed)
      for (let i = 1; i <= 900 && alerts.incidents().length === 0; i++) {
        const { route, score, values } = source()
        const slower = route === '/a' ? 1.6 : 1
        const record = { route, score, values: [slower * values[0], values[1]] }
        const { events, incident } = alerts.judge(record, ms + i * GAP_MS)
        if (events.length === 0) continue
        expect(incident).toMatchObject({ kind: 'shift', records: 1 })
        opened.push(i)
      }
    }
    expect(opened.length).toBe(8)
  })

  test('of all routes hides none of a single one once it has cooled down', () => {
    const { alerts, source, ms } = knowing(3)
    const random = mulberry32(6)
    let now = ms
    for (let i = 0; i < 60; i++) {
      const route = RATED_ROUTES[i % 3] as string
      alerts.judge({ route, score: 0.57 + 0.01 * random.uniform(), values: [330, 0] }, now)
      now += GAP_MS
    }
    expect(alerts.incidents().map(({ route }) => route)).toContain(null)
    now = play(alerts, source, 200, now)
    for (let i = 0; i < 10; i++) {
      now += GAP_MS
      alerts.judge(ratedAttack('/b'), now)
    }
    expect(alerts.incidents().filter(({ closedMs }) => closedMs === null)).toContainEqual(
      expect.objectContaining({ route: '/b' }),
    )
  })
})

describe('features', () => {
  test('that are odd at once say more than any of them', () => {
    const { alerts, ms } = knowing(24)
    const p = (values: [number, number]): number => alerts.tryOut({ route: '/a', score: 0.5, values }, ms).p
    const [slow, failing, both] = [p([320, 0]), p([100, 1]), p([320, 1])]
    expect(ms).toBeGreaterThan(0)
    expect(both).toBeLessThan(Math.min(slow, failing) / 4)
  })
})

describe('a route with a record every few minutes', () => {
  const MINUTES = 300_000

  test('is soon used to a new level, and is told of it first', () => {
    const alerts = alertsWith()
    const random = mulberry32(7)
    const sample = (level: number): Rated => ({
      route: '/cpu',
      score: 0.35 + 0.1 * random.uniform() + (level > 50 ? 0.2 : 0),
      values: [level * (0.9 + 0.2 * random.uniform()), 0],
    })
    for (let i = 0; i < 1500; i++) alerts.judge(sample(40), i * MINUTES)
    const alerted: number[] = []
    for (let i = 0; i < 300; i++) if (alerts.judge(sample(90), (1500 + i) * MINUTES).alert) alerted.push(i)
    expect(alerted[0]).toBeLessThan(3)
    expect(alerted.filter((i) => i >= 100).length).toBeLessThan(0.25 * 200)
  })

  test('is guarded as any other against many records at once', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(8)
    for (let i = 0; i < 2000; i++) alerts.judge({ ...source(), route: '/a' }, i * MINUTES)
    let alerted = 0
    for (let i = 0; i < 300; i++)
      if (alerts.judge(ratedAttack('/a'), 2000 * MINUTES + i * GAP_MS).alert) alerted += 1
    expect(alerted).toBeGreaterThan(290)
  })
})

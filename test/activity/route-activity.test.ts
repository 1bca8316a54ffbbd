import { describe, expect, it } from 'vitest'
import { ROUTES_KEPT, RouteActivity } from '#sentinel/activity/route-activity.js'
import { scoreBin } from '#sentinel/activity/score-bins.js'
import { Timeline } from '#sentinel/activity/timeline.js'
import type { TimelineColumns } from '#sentinel/activity/timeline-columns.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { settled } from '#sentinel/state/late.js'
import type { StateValue } from '#sentinel/state/section.js'

/** A whole hour, and so the begin of a bucket of every width. */
const START_MS = 1_767_225_600_000
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const FEATURES = ['latency', 'errors']
const ORDINARY = -1
const OBSERVE = 0
const FREEZE = 2
const NO_FOREST = -1

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** The columns of one route from some milliseconds ago to a time. */
function columnsOf(
  routes: RouteActivity,
  route: string,
  toMs: number,
  lastMs: number,
  stepMs: number,
): TimelineColumns {
  const span = { fromMs: toMs - lastMs, toMs, stepMs }
  return routes.columns(route, span, new Timeline().columns(span))
}

describe('what is known of routes', () => {
  it('is how many records came in the last hour, which share, and how many were odd or alerted', () => {
    const routes = new RouteActivity(2)
    for (let i = 0; i < 90; i++)
      routes.see(START_MS + 1000 * i, '/run', [i, 0], NO_FOREST, i % 9 === 0, i === 45 ? OBSERVE : ORDINARY)
    for (let i = 0; i < 10; i++) routes.see(START_MS + 1000 * i, '/lint', [5, 1], NO_FOREST, false, ORDINARY)
    const found = routes.list(START_MS + 90_000, FEATURES, 200)
    expect(found).toMatchObject([
      { route: '/run', records: 90, share: 0.45, odd: 10, alerts: 1 },
      { route: '/lint', records: 10, share: 0.05, odd: 0, alerts: 0, last_alert: null },
    ])
    expect(found[0]?.last_alert).toBe(new Date(START_MS + 45_000).toISOString())
    const later = START_MS + 66 * MINUTE_MS
    expect(routes.list(later, FEATURES, 0)).toEqual([])
    expect(routes.list(later, FEATURES, 0, '/run')).toMatchObject([{ route: '/run', records: 0, share: 0 }])
  })

  it('is the median and the 95th percentile of the last 64 values, and these in their order', () => {
    const routes = new RouteActivity(2)
    for (let i = 0; i < 100; i++) routes.see(START_MS, '/run', [i, i % 2], NO_FOREST, false, ORDINARY)
    expect(routes.list(START_MS, FEATURES, 100)[0]?.features).toEqual([
      { feature: 'latency', median: 67.5, p95: expect.closeTo(95.85, 4) },
      { feature: 'errors', median: 0.5, p95: 1 },
    ])
    expect(routes.recent('/run', 0)).toEqual(Array.from({ length: 64 }, (_, i) => 36 + i))
    expect(routes.recent('/nowhere', 0)).toEqual([])
  })

  it('is of numbers, whatever came', () => {
    const routes = new RouteActivity(2)
    for (const value of [1e39, 1e308, 0]) routes.see(START_MS, '/run', [value, 0], NO_FOREST, false, ORDINARY)
    const [{ features } = { features: [] }] = routes.list(START_MS, FEATURES, 3)
    expect(features.flatMap(({ median, p95 }) => [median, p95]).every(Number.isFinite)).toBe(true)
  })

  it('is of 500 routes at most: a flood of new names pushes out itself, and not those that come again', () => {
    const routes = new RouteActivity(1)
    for (let i = 0; i < 5000; i++) {
      routes.see(START_MS + i, `/flood/${i}`, [1], NO_FOREST, false, ORDINARY)
      if (i % 50 === 0) routes.see(START_MS + i, '/run', [2], NO_FOREST, false, ORDINARY)
    }
    const found = routes.list(START_MS + 5000, ['latency'], 5100)
    expect(found).toHaveLength(ROUTES_KEPT)
    expect(found[0]).toMatchObject({ route: '/run', records: 100 })
    expect(found[1]).toMatchObject({ records: 1, features: [{ median: 1 }] })
    // What takes the place of another has nothing of it.
    expect(sum(columnsOf(routes, '/flood/4999', START_MS + 5000, MINUTE_MS, 20_000).records)).toBe(1)
  })
})

describe('the timeline of a route', () => {
  it('counts every record of it once, in buckets of twenty seconds and of ten minutes', () => {
    const routes = new RouteActivity(1)
    const seconds = 5 * 3600
    for (let s = 0; s < seconds; s++) {
      const odd = s % 3 === 0
      const atMs = START_MS + SECOND_MS * s
      routes.see(atMs, '/run', [1], scoreBin(0.45), odd, s % 100 === 0 ? FREEZE : ORDINARY)
      if (s % 2 === 0) routes.see(atMs, '/lint', [1], scoreBin(0.6), false, ORDINARY)
    }
    const endMs = START_MS + SECOND_MS * seconds - 1
    for (const stepMs of [20_000, 60_000, 300_000]) {
      const hour = columnsOf(routes, '/run', endMs, HOUR_MS - 1, stepMs)
      expect([sum(hour.records), sum(hour.odd), sum(hour.freeze)]).toEqual([3600, 1200, 36])
    }
    const day = columnsOf(routes, '/run', endMs, 24 * HOUR_MS - 1, 600_000)
    expect([sum(day.records), day.time.length]).toEqual([seconds, 144])
    const lint = columnsOf(routes, '/lint', endMs, HOUR_MS - 1, 20_000)
    expect([sum(lint.records), sum(lint.odd)]).toEqual([1800, 0])
    expect(lint.score_median.every((score) => Math.abs((score as number) - 0.61) <= 0.012)).toBe(true)
    expect(sum(columnsOf(routes, '/nowhere', endMs, HOUR_MS - 1, 20_000).records)).toBe(0)
    expect(routes.list(endMs, ['latency'], 5400)).toMatchObject([
      { route: '/run', records: 3600, odd: 1200, alerts: 36 },
      { route: '/lint', records: 1800 },
    ])
  })

  it('tells median and 99 % of the scores of a bucket as well while it is filled as when it is over', () => {
    const routes = new RouteActivity(1)
    for (let i = 0; i < 200; i++)
      routes.see(START_MS, '/run', [1], scoreBin(0.4 + 0.001 * i), false, ORDINARY)
    const read = () => {
      const { score_median, score_p99 } = columnsOf(routes, '/run', START_MS + 5000, 5000, 20_000)
      return [score_median[0], score_p99[0]]
    }
    const filling = read()
    expect(filling).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.6, 1)])
    routes.see(START_MS + MINUTE_MS, '/run', [1], NO_FOREST, false, ORDINARY)
    const over = read()
    expect(over[0]).toBeCloseTo(filling[0] as number, 2)
    expect(over[1]).toBeCloseTo(filling[1] as number, 2)
    // Where no forest judged nothing is said of scores.
    expect(columnsOf(routes, '/run', START_MS + MINUTE_MS, 0, 20_000).score_median).toEqual([null])
  })

  it('goes on with a bucket when the clock goes back, and begins anew where it goes back by more than is kept', () => {
    const routes = new RouteActivity(1)
    const see = (atMs: number) => routes.see(atMs, '/run', [1], scoreBin(0.45), false, ORDINARY)
    for (const second of [5, 25, 10, 30, 15]) see(START_MS + SECOND_MS * second)
    const { records, score_median } = columnsOf(routes, '/run', START_MS + 39_000, 39_000, 20_000)
    expect(records).toEqual([3, 2])
    for (const score of score_median) expect(score).toBeCloseTo(0.45, 1)
    for (let i = 0; i < 3; i++) see(START_MS - 48 * HOUR_MS)
    expect(columnsOf(routes, '/run', START_MS - 48 * HOUR_MS, 60_000, 20_000).records.at(-1)).toBe(3)
    expect(sum(columnsOf(routes, '/run', START_MS - 47 * HOUR_MS, HOUR_MS, 600_000).records)).toBe(3)
  })
})

describe('kept over a restart', () => {
  const lived = () => {
    const routes = new RouteActivity(2)
    for (let s = 0; s < 7200; s++)
      routes.see(
        START_MS + SECOND_MS * s,
        s % 4 === 0 ? '/lint' : '/run',
        [s, 1],
        scoreBin(0.5),
        s % 5 === 0,
        s === 7000 ? FREEZE : ORDINARY,
      )
    return routes
  }
  const endMs = START_MS + 7200 * SECOND_MS
  const kept = (routes: RouteActivity) =>
    (decodeState(encodeState(settled({ routes: routes.capture() }) as never)) as { routes: StateValue })
      .routes

  it('routes have their counts, values and timelines, and go on', () => {
    const before = lived()
    const after = new RouteActivity(2)
    after.restore(kept(before))
    for (const routes of [before, after])
      for (let s = 0; s < 30; s++)
        routes.see(endMs + SECOND_MS * s, '/run', [s, 2], scoreBin(0.4), false, ORDINARY)
    const nowMs = endMs + 30_000
    expect(after.list(nowMs, FEATURES, 3600)).toEqual(before.list(nowMs, FEATURES, 3600))
    expect(after.recent('/run', 0)).toEqual(before.recent('/run', 0))
    for (const [lastMs, stepMs] of [
      [HOUR_MS, 20_000],
      [24 * HOUR_MS, 600_000],
    ] as const)
      expect(columnsOf(after, '/run', nowMs, lastMs, stepMs)).toEqual(
        columnsOf(before, '/run', nowMs, lastMs, stepMs),
      )
  })

  it('what is captured is of the moment of the capture, though it is made later', () => {
    const routes = lived()
    const expected = routes.list(endMs, FEATURES, 3600)
    const late = { routes: routes.capture() }
    for (let i = 0; i < 600; i++) {
      routes.see(endMs, '/run', [1, 1], NO_FOREST, true, FREEZE)
      routes.see(endMs, `/new/${i}`, [1, 1], NO_FOREST, true, FREEZE)
    }
    const after = new RouteActivity(2)
    after.restore((settled(late) as unknown as { routes: StateValue }).routes)
    expect(after.list(endMs, FEATURES, 3600)).toEqual(expected)
  })

  it('what is none is left out, and the rest is taken', () => {
    const good = kept(lived()) as readonly { readonly [name: string]: StateValue }[]
    const [first, second] = good as [(typeof good)[number], (typeof good)[number]]
    const timeline = first.timeline as { readonly fine: { readonly [name: string]: StateValue } }
    const broken = [
      null,
      7,
      {},
      { ...first, route: 7 },
      { ...first, route: 'x'.repeat(1000) },
      { ...first, seen: -1 },
      { ...first, lastAlertMs: 1e300 },
      { ...first, values: new Float32Array(3) },
      { ...first, values: new Float32Array((first.values as Float32Array).length).fill(Number.NaN) },
      { ...first, timeline: null },
      { ...first, timeline: { ...timeline, fine: { ...timeline.fine, newest: -2 } } },
      { ...first, timeline: { ...timeline, fine: { ...timeline.fine, newest: 1e300 } } },
      { ...first, timeline: { ...timeline, fine: { ...timeline.fine, ages: new Uint8Array(1) } } },
      { ...first, timeline: { ...timeline, fine: { ...timeline.fine, bins: new Uint32Array(1) } } },
    ] as StateValue[]
    const after = new RouteActivity(2)
    after.restore([...broken, second as StateValue])
    expect(after.list(endMs, FEATURES, 3600).map(({ route }) => route)).toEqual([second.route])
    for (const nothing of [undefined, null, 7, {}, 'routes']) after.restore(nothing as never)
    expect(after.list(endMs, FEATURES, 3600)).toHaveLength(1)
    const many = Array.from({ length: 3 * ROUTES_KEPT }, (_, i) => ({ ...first, route: `/many/${i}` }))
    const full = new RouteActivity(2)
    full.restore(many as StateValue)
    expect(full.list(endMs, FEATURES, 3600)).toHaveLength(ROUTES_KEPT)
  })
})

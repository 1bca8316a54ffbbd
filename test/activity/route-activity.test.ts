import { describe, expect, it } from 'vitest'
import { ROUTES_KEPT, RouteActivity } from '#sentinel/activity/route-activity.js'

const START_MS = 1_767_225_600_000
const MINUTE_MS = 60_000
const FEATURES = ['latency', 'errors']

describe('what is known of routes', () => {
  it('is how many records came in the last hour, which share, and how many were odd or alerted', () => {
    const routes = new RouteActivity(2)
    for (let i = 0; i < 90; i++) routes.see(START_MS + 1000 * i, '/run', [i, 0], i % 9 === 0, i === 45)
    for (let i = 0; i < 10; i++) routes.see(START_MS + 1000 * i, '/lint', [5, 1], false, false)
    const found = routes.list(START_MS + 90_000, FEATURES)
    expect(found).toMatchObject([
      { route: '/run', records: 90, share: 0.9, odd: 10, alerts: 1 },
      { route: '/lint', records: 10, share: 0.1, odd: 0, alerts: 0, last_alert: null },
    ])
    expect(found[0]?.last_alert).toBe(new Date(START_MS + 45_000).toISOString())
    const later = START_MS + 66 * MINUTE_MS
    expect(routes.list(later, FEATURES)).toEqual([])
    expect(routes.list(later, FEATURES, '/run')).toMatchObject([{ route: '/run', records: 0, share: 0 }])
  })

  it('is the median and the 95th percentile of the last 64 values, and these in their order', () => {
    const routes = new RouteActivity(2)
    for (let i = 0; i < 100; i++) routes.see(START_MS, '/run', [i, i % 2], false, false)
    expect(routes.list(START_MS, FEATURES)[0]?.features).toEqual([
      { feature: 'latency', median: 67.5, p95: expect.closeTo(95.85, 4) },
      { feature: 'errors', median: 0.5, p95: 1 },
    ])
    expect(routes.recent('/run', 0)).toEqual(Array.from({ length: 64 }, (_, i) => 36 + i))
    expect(routes.recent('/nowhere', 0)).toEqual([])
  })

  it('is of 500 routes at most: a flood of new names pushes out itself, and not those that come again', () => {
    const routes = new RouteActivity(1)
    for (let i = 0; i < 5000; i++) {
      routes.see(START_MS + i, `/flood/${i}`, [1], false, false)
      if (i % 50 === 0) routes.see(START_MS + i, '/run', [2], false, false)
    }
    const found = routes.list(START_MS + 5000, ['latency'])
    expect(found).toHaveLength(ROUTES_KEPT)
    expect(found[0]).toMatchObject({ route: '/run', records: 100 })
    expect(found[1]).toMatchObject({ records: 1, features: [{ median: 1 }] })
  })
})

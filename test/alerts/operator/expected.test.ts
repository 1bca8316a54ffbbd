import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULTS } from '../../../made-up/trial/replay.js'
import {
  alerts,
  clock,
  DAY,
  EXPECTED,
  idOf,
  known,
  SLOW,
  sentinelOf,
  startAfresh,
  taught,
} from './subject.js'

beforeEach(startAfresh)

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
    clock.nowMs += 7 * DAY - 1
    expect(alerts(sentinel, SLOW)).toBe(false)
    clock.nowMs += 1
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
    clock.nowMs += 3 * DAY
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
    clock.nowMs += 7 * DAY
    sentinel.operator.onAnomaly(last, { ...EXPECTED, confirm: true })
    expect(sentinel.operator.listMutes()).toHaveLength(1)
  })
})

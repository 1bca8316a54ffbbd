import { describe, expect, test } from 'vitest'
import { Alerts } from '#sentinel/alerts/alerts.js'
import { settled } from '#sentinel/state/late.js'
import { mulberry32 } from '../../made-up/random.js'
import { ratedAttack, ratedTraffic } from '../../made-up/rated-traffic.js'
import { alertsWith, FEATURES, GAP_MS, play } from './subject.js'

const EVERYTHING = { feature: 'latency', from: 0, to: 1e9 }

/**
 * Half of the records are attacks on /b; how many of these alert, how many are rare, and how many incidents there are,
 * but for the surge of requests that they also are.
 */
function attack(alerts: Alerts, count: number, expected: boolean) {
  const source = ratedTraffic(7)
  const random = mulberry32(8)
  let alerted = 0
  let rare = 0
  for (let i = 0; i < count; i++) {
    const attacks = random.uniform() < 0.5
    const record = attacks ? { ...ratedAttack('/b'), expected } : source()
    const { alert, p } = alerts.judge(record, GAP_MS * (6000 + i))
    if (attacks && p < 0.001) rare += 1
    if (attacks && alert) alerted += 1
  }
  return { alerted, rare, incidents: alerts.incidents().filter(({ kind }) => kind !== 'surge').length }
}

describe('records like those that an operator expects', () => {
  test('are no evidence of an incident, and soon are usual', () => {
    const [expected, not] = [true, false].map((each) => {
      const alerts = alertsWith()
      play(alerts, ratedTraffic(2), 6000)
      return attack(alerts, 2000, each)
    })
    expect(not?.incidents).toBeGreaterThan(0)
    expect(not?.rare).toBeGreaterThan(900)
    expect(expected?.incidents).toBe(0)
    expect(expected?.rare).toBeLessThan(100)
  })
})

describe('a reset', () => {
  test('forgets what was learnt of a route, and of no other', () => {
    const alerts = alertsWith()
    play(alerts, ratedTraffic(2), 6000)
    alerts.reset('/b')
    expect(alerts.forget('/b', EVERYTHING)).toBe(0)
    expect(alerts.forget('/a', EVERYTHING)).toBeGreaterThan(1000)
    expect(alerts.routes).toBe(3)
    // It begins anew from the next record on.
    play(alerts, ratedTraffic(3), 600, GAP_MS * 6000)
    expect(alerts.forget('/b', EVERYTHING)).toBeGreaterThan(100)
  })

  test('of a route that is not known changes nothing', () => {
    const alerts = alertsWith()
    play(alerts, ratedTraffic(2), 600)
    const before = settled(alerts.capture())
    alerts.reset('/nowhere')
    expect(settled(alerts.capture())).toEqual(before)
  })
})

describe('an announced change', () => {
  /** Attacks on /b until they are usual, after a change of `route` was announced, or none for undefined. */
  function untilUsual(route: string | null | undefined, restart = false): number {
    let alerts = alertsWith()
    play(alerts, ratedTraffic(2), 6000)
    if (route !== undefined) alerts.expectChange(route, 1000)
    if (restart) {
      const copy = new Alerts({ features: FEATURES })
      copy.restore(settled(alerts.capture()))
      alerts = copy
    }
    return attack(alerts, 6000, false).alerted
  }

  test('makes what lasts usual in a fraction of the records, on its route alone, also after a restart', () => {
    const unannounced = untilUsual(undefined)
    expect(unannounced).toBeGreaterThan(900)
    for (const route of ['/b', null]) expect(untilUsual(route)).toBeLessThan(unannounced / 2)
    expect(untilUsual('/a')).toBe(unannounced)
    expect(untilUsual('/b', true)).toBe(untilUsual('/b'))
  })

  test('is expected for as many records as was said, and no longer', () => {
    const alerts = alertsWith()
    play(alerts, ratedTraffic(2), 5000)
    alerts.expectChange('/b', 200)
    play(alerts, ratedTraffic(3), 1000, GAP_MS * 5000)
    expect(attack(alerts, 4000, false).alerted).toBeGreaterThan(900)
  })
})

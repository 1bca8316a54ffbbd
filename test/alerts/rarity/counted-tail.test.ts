import { expect, test } from 'vitest'
import type { Alerts } from '#sentinel/alerts/alerts.js'
import { settled } from '#sentinel/state/late.js'
import { ratedAttack, ratedTraffic } from '../../../made-up/rated-traffic.js'
import { alertsWith, GAP_MS, play } from '../subject.js'

interface CapturedRoute {
  readonly name: string
  readonly grown: { readonly tail: { readonly counts: Float64Array } }
}

/** Rare records of a route that count as ordinary, and all that do; with those that wait to be counted. */
function countedOn(alerts: Alerts, name: string): { rare: number; records: number } {
  const { routes } = settled(alerts.capture()) as unknown as { routes: { swept: CapturedRoute[] } }
  const route = routes.swept.find((each) => each.name === name)
  const [rare = 0, records = 0, waitingRare = 0, waiting = 0] = route?.grown.tail.counts ?? []
  return { rare: rare + waitingRare, records: records + waiting }
}

test('ordinary records of a route are counted, and few of them are rare', () => {
  const alerts = alertsWith()
  play(alerts, ratedTraffic(21), 6000)
  const { rare, records } = countedOn(alerts, '/c')
  expect(records).toBeGreaterThan(1500)
  expect(rare / records).toBeLessThan(0.04)
})

test('an attack is not counted while its incident is open, hot or cold', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(22)
  let ms = play(alerts, source, 6000)
  const before = countedOn(alerts, '/c')
  // At first all of it is the attack, later one in thirty of what comes.
  for (let i = 0; i < 4000; i++) {
    ms += GAP_MS
    alerts.judge(i < 200 || i % 30 === 0 ? ratedAttack('/c') : source(), ms)
  }
  expect(alerts.incidents().some(({ route }) => route === '/c')).toBe(true)
  expect(countedOn(alerts, '/c').rare - before.rare).toBeLessThanOrEqual(20)
})

test('neither is what led to an incident', () => {
  const alerts = alertsWith()
  let ms = play(alerts, ratedTraffic(24), 6000)
  const before = countedOn(alerts, '/c')
  let came = 0
  for (; came < 40 && alerts.incidents().length === 0; came++) {
    ms += GAP_MS
    alerts.judge({ route: '/c', score: 0.56, values: [280, 0] }, ms)
  }
  expect(came).toBeGreaterThan(2)
  expect(came).toBeLessThan(16)
  expect(countedOn(alerts, '/c').rare - before.rare).toBeLessThanOrEqual(0)
})

test('records without a route are compared with nothing else', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(23)
  play(alerts, () => ({ ...source(), route: '' }), 3000)
  expect(countedOn(alerts, '')).toEqual({ rare: 0, records: 0 })
})

import { expect, test } from 'vitest'
import { type Rated, ratedTraffic } from '../../../made-up/rated-traffic.js'
import { alertsWith, play } from '../subject.js'

const ROUNDS = 12
const BEHIND = 30
/** Of ordinary records by themselves 0.02 are as rare. */
const RARE = 0.02

test('what an attack is made of is no shift of its route: records behind it are as ordinary as ever', () => {
  let records = 0
  let rare = 0
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const alerts = alertsWith()
    const ordinary = ratedTraffic(seed)
    const attacked = (): Rated => {
      const record = ordinary()
      const [latency, errors] = record.values
      return record.route === '/a' ? { ...record, score: 0.6, values: [1.8 * latency, errors] } : record
    }
    const attackMs = play(alerts, ordinary, 6000)
    const endMs = play(alerts, attacked, 300, attackMs)
    play(alerts, ordinary, BEHIND, endMs, ({ alert, p }) => {
      if (alert || p === null) return
      records += 1
      if (p < RARE) rare += 1
    })
  }
  expect(records).toBeGreaterThan(0.9 * ROUNDS * BEHIND)
  expect(rare / records).toBeLessThan(3.5 * RARE)
})

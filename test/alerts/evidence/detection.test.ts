import { expect, test } from 'vitest'
import { mulberry32 } from '../../../made-up/random.js'
import { type Rated, ratedAttack, ratedTraffic } from '../../../made-up/rated-traffic.js'
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

/** Every second record of a route is so many times as slow as usual. */
function slowed(ordinary: () => Rated, route: string, times: number, told: (slow: boolean) => void) {
  let next = false
  return (): Rated => {
    const record = ordinary()
    next = record.route === route && !next
    told(next)
    const [latency, errors] = record.values
    return next ? { ...record, score: 0.5, values: [times * latency, errors] } : record
  }
}

test('slow records among ordinary ones of their route are part of the incident that a shift began, and the others few', () => {
  const [slow, others] = [
    [0, 0],
    [0, 0],
  ] as [[number, number], [number, number]]
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const alerts = alertsWith()
    const ordinary = ratedTraffic(seed)
    let isSlow = false
    let kind = ''
    const attacked = slowed(ordinary, '/a', 2.1, (each) => {
      isSlow = each
    })
    play(alerts, attacked, 900, play(alerts, ordinary, 6000), ({ incident, events }) => {
      kind ||= events[0]?.incident.kind ?? ''
      if (kind !== 'shift') return
      const counted = isSlow ? slow : others
      counted[0] += 1
      if (incident !== null) counted[1] += 1
    })
  }
  const [[attacks, found], [rest, wrong]] = [slow, others]
  expect(attacks).toBeGreaterThan(200)
  expect(found / attacks).toBeGreaterThan(0.5)
  expect(wrong / rest).toBeLessThan(0.1)
})

test('a route of a few hundred records may shift, too, but it takes more of them', () => {
  const rare = (source: () => Rated, every: number): (() => Rated) => {
    let n = 0
    return () => {
      const record = source()
      return ++n % every === 0 ? { ...record, route: '/rare' } : record
    }
  }
  const after = (records: number, times: number): number => {
    const alerts = alertsWith()
    const ordinary = ratedTraffic(7)
    const ms = play(alerts, rare(ordinary, 20), 20 * records)
    let found = 0
    let n = 0
    const attack = (): Rated => {
      const record = ordinary()
      return { route: '/rare', score: 0.5, values: [times * record.values[0], 0] }
    }
    play(alerts, attack, 150, ms, ({ events }) => {
      n += 1
      if (found === 0 && events.some(({ incident }) => incident.feature === 'latency')) found = n
    })
    return found
  }
  const [few, more, many] = [after(200, 2), after(400, 2), after(1000, 2)]
  expect(few).toBe(0)
  expect(many).toBeGreaterThan(0)
  expect(more).toBeGreaterThan(many)
})

test('an incident that a shift began stays hot by whichever feature says most, and what cooled down is found again soon', () => {
  let attacks = 0
  let found = 0
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const alerts = alertsWith()
    const ordinary = ratedTraffic(seed)
    const random = mulberry32(seed)
    let isAttack = false
    const attacked = (share: number) => (): Rated => {
      const record = ordinary()
      isAttack = record.route === '/a' && random.uniform() < share
      return isAttack ? ratedAttack('/a') : record
    }
    // So many had come before that none is rare by itself.
    const burstMs = play(alerts, attacked(0.1), 4000)
    let opened = false
    play(alerts, attacked(0.35), 1500, burstMs, ({ incident }) => {
      opened ||= incident !== null
      if (!opened || !isAttack) return
      attacks += 1
      if (incident !== null) found += 1
    })
  }
  expect(attacks).toBeGreaterThan(1000)
  expect(found / attacks).toBeGreaterThan(0.92)
})

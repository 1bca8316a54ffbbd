import { describe, expect, test } from 'vitest'
import { mulberry32 } from '../../made-up/random.js'
import { type Rated, ratedAttack, ratedTraffic } from '../../made-up/rated-traffic.js'
import { alertsWith, GAP_MS, play } from './subject.js'

describe('a route that is new', () => {
  test('and has always been odd is no incident, and soon hardly rare any longer', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(11)
    const random = mulberry32(12)
    let ms = play(alerts, source, 3000)
    const rare: number[] = []
    for (let i = 0; i < 150; i++) {
      ms = play(alerts, source, 40, ms)
      const { p } = alerts.judge(
        { route: '/new', score: 0.58 + 0.02 * random.uniform(), values: [300, 0] },
        ms,
      )
      if (p <= 0.01) rare.push(i)
    }
    expect(alerts.incidents().map(({ route }) => route)).not.toContain('/new')
    expect(rare.filter((i) => i >= 20).length).toBeLessThan(0.05 * 130)
  })

  test('and has odd records now and then from the first on is no incident either', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(13)
    const random = mulberry32(14)
    let ms = play(alerts, source, 3000)
    for (let i = 0; i < 400; i++) {
      ms = play(alerts, source, 10, ms)
      const odd = random.uniform() < 0.2
      const score = (odd ? 0.6 : 0.3) + 0.05 * random.uniform()
      alerts.judge({ route: '/new', score, values: [odd ? 250 : 20, 0] }, ms)
    }
    expect(alerts.incidents().map(({ route }) => route)).not.toContain('/new')
  })

  test('is attacked: the incident opens within 20 records', () => {
    const alerts = alertsWith()
    const source = ratedTraffic(15)
    const random = mulberry32(16)
    let ms = play(alerts, source, 3000)
    for (let i = 0; i < 60; i++) {
      ms = play(alerts, source, 5, ms)
      alerts.judge({ route: '/new', score: 0.3 + 0.2 * random.uniform(), values: [20, 0] }, ms)
    }
    let foundAfter = 0
    for (let i = 1; i <= 40 && foundAfter === 0; i++) {
      ms += GAP_MS
      if (alerts.judge(ratedAttack('/new'), ms).incident !== null) foundAfter = i
    }
    expect(foundAfter).toBeGreaterThan(0)
    expect(foundAfter).toBeLessThanOrEqual(20)
  })
})

test('ordinary records between those of a long attack do not make it pass for what is usual', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(17)
  let ms = play(alerts, source, 5000)
  let alerted = 0
  for (let i = 0; i < 900; i++) {
    // Ordinary ones of the same route between them, one each.
    ms = play(alerts, () => ({ ...ratedAttack('/a'), score: 0.3, values: [100, 0] }), 1, ms)
    if (alerts.judge(ratedAttack('/a'), ms).alert) alerted += 1
    ms = play(alerts, source, 1, ms + GAP_MS)
  }
  expect(alerted).toBeGreaterThan(0.95 * 900)
})

test('a kind of record that is a fifth of its route is no incident when the next forests find it odder', () => {
  const alerts = alertsWith()
  const source = ratedTraffic(19)
  const random = mulberry32(20)
  const long = (oddness: number) => (): Rated => {
    const isLong = random.uniform() < 0.2
    const score = (isLong ? oddness : 0.4) + 0.02 * random.uniform()
    return { route: '/sizes', score, values: [isLong ? 3000 : 100, 0] }
  }
  let ms = play(alerts, source, 3000)
  let alerted = 0
  for (let i = 0; i < 3000; i++) {
    ms = play(alerts, source, 2, ms)
    ms = play(alerts, long(0.55 + 0.08 * (Math.floor(i / 600) % 5)), 1, ms, ({ alert }) => {
      if (alert) alerted += 1
    })
  }
  expect(alerts.incidents().map(({ route }) => route)).not.toContain('/sizes')
  expect(alerted).toBeLessThan(0.003 * 3000)
})

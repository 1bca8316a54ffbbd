import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RouteFigures } from '#sentinel/activity/route-figures.js'
import type { App } from '#sentinel/http/app.js'
import { ATTACK, analyze, NORMAL, startApp } from './subject.js'

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const get = async (app: App, url: string) => (await app.inject(url)).json()

describe('GET /timeline', () => {
  test('shows what became of the records, in columns', async () => {
    const app = await startApp()
    for (let i = 0; i < 20; i++) await analyze(app, NORMAL)
    await analyze(app, ATTACK)
    const columns = await get(app, '/timeline')
    expect(columns.step).toBe(5)
    expect(columns.time.length).toBeLessThanOrEqual(721)
    expect(
      Object.values(columns)
        .filter(Array.isArray)
        .map((each) => each.length),
    ).toEqual(Array(9).fill(columns.time.length))
    expect([sum(columns.records), sum(columns.odd), sum(columns.freeze)]).toEqual([21, 1, 1])
    expect(columns.score_median.every((score: unknown) => score === null)).toBe(true)
    const minutes = await get(app, '/timeline?step=60&from=2020-01-01')
    expect([minutes.step, sum(minutes.records)]).toEqual([60, 21])
    expect(minutes.time.length).toBeLessThanOrEqual(1441)
    // Of before an hour ago there are no narrower buckets.
    expect((await get(app, '/timeline?step=5&from=2020-01-01')).step).toBe(60)
    // Of what is older than a day nothing is kept.
    expect((await get(app, '/timeline?from=2020-01-01&to=2020-01-02')).time).toEqual([])
    const since = Math.floor(Date.now() / 1000) - 60
    expect(sum((await get(app, `/timeline?from=${since}&step=15`)).records)).toBe(21)
  })

  test('shows one route alone, by any of its names', async () => {
    const app = await startApp()
    for (let i = 0; i < 12; i++) await analyze(app, { ...NORMAL, route: `/users/${i % 3}` })
    await analyze(app, { ...ATTACK, route: '/run' })
    for (let i = 0; i < 2; i++) await analyze(app, NORMAL)
    const of = async (query: string) => {
      const columns = await get(app, `/timeline?${query}`)
      return [columns.step, sum(columns.records), sum(columns.freeze)]
    }
    expect(await of('route=/users/77?token=x')).toEqual([20, 12, 0])
    expect(await of('route=/run')).toEqual([20, 1, 1])
    expect(await of('route=')).toEqual([20, 2, 0])
    expect(await of('route=/nowhere')).toEqual([20, 0, 0])
    expect(await of('route=/run&step=60')).toEqual([60, 1, 1])
    expect(await of('route=/run&step=25')).toEqual([40, 1, 1])
    expect(await of('route=/run&from=2020-01-01')).toEqual([600, 1, 1])
    const hourAgo = Math.floor(Date.now() / 1000) - 3600
    expect(await of(`route=/run&from=${hourAgo}`)).toEqual([20, 1, 1])
    const columns = await get(app, '/timeline?route=/run')
    expect(Object.keys(columns)).toEqual(Object.keys(await get(app, '/timeline')))
  })

  test.each([
    ['?step=7', 'step must be a multiple of 5 from 5 to 3600'],
    ['?step=0', 'step must be'],
    ['?step=7200', 'step must be'],
    ['?from=yesterday', 'from must be a time'],
    ['?to=-5', 'to must be a time'],
    ['?from=2100-01-01', 'from must not lie behind to'],
    ['?until=2026-01-01', 'there is no parameter "until"'],
  ])('refuses %s', async (query, message) => {
    const answer = await (await startApp()).inject(`/timeline${query}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().message).toContain(message)
  })

  test('outlives a restart where a state is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sentinel-timeline-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const first = await startApp({ SENTINEL_STATE_DIR: folder })
    const record = { ...NORMAL, route: '/run' }
    for (let i = 0; i < 10; i++) await analyze(first, record)
    await first.close()
    const second = await startApp({ SENTINEL_STATE_DIR: folder })
    await analyze(second, record)
    expect(sum((await get(second, '/timeline')).records)).toBe(11)
    expect((await get(second, '/what-if')).records).toBe(11)
    const { routes } = await get(second, '/routes')
    expect(routes).toMatchObject([{ route: '/run', records: 11, share: 1 }])
    expect(sum((await get(second, '/timeline?route=/run')).records)).toBe(11)
  })
})

describe('GET /routes', () => {
  test('lists routes by their names, with figures', async () => {
    const app = await startApp()
    for (let i = 0; i < 6; i++)
      await analyze(app, { ...NORMAL, latency: 100 + i, route: `/users/${i}?token=x` })
    await analyze(app, { ...ATTACK, route: '/run' })
    const { routes, total } = await get(app, '/routes')
    expect(total).toBe(2)
    expect(routes).toMatchObject([
      {
        route: '/users/*',
        records: 6,
        share: 6 / 7,
        alerts: 0,
        last_alert: null,
        features: [{ feature: 'latency', median: 102.5 }, { feature: 'input_length' }, { feature: 'errors' }],
      },
      { route: '/run', records: 1, odd: 1, alerts: 1 },
    ])
    expect((await get(app, '/routes?limit=1')).routes).toHaveLength(1)
    const one = await get(app, '/routes?route=/users/9&values=true')
    expect(one.routes[0].features[0].recent).toEqual([100, 101, 102, 103, 104, 105])
    expect((await get(app, '/routes?route=/nowhere')).routes).toEqual([])
  })

  test('says under which names a route is known more finely', async () => {
    const app = await startApp()
    const regions = ['eu-west-1', 'us-east-1']
    for (let i = 0; i < 60; i++)
      await analyze(app, { ...NORMAL, latency: 100 + i, route: `/${regions[i % 2]}/orders/${100_000 + i}` })
    await analyze(app, { ...NORMAL, route: '/run' })
    await analyze(app, { ...NORMAL, route: '/ap-south-2/orders/1' })
    const { routes } = await get(app, '/routes')
    expect(routes.map(({ route, known_as }: RouteFigures) => [route, known_as])).toEqual([
      ['/*/orders/*', ['/eu-west-1/orders/*', '/us-east-1/orders/*']],
      ['/run', undefined],
    ])
    const one = await get(app, '/routes?route=/eu-west-1/orders/7&values=true')
    expect(one.routes).toMatchObject([{ route: '/*/orders/*', known_as: { length: 2 } }])
    const window = await startApp({ SENTINEL_BASELINE: 'window' })
    for (let i = 0; i < 60; i++) await analyze(window, { ...NORMAL, route: `/${regions[i % 2]}/orders` })
    expect((await get(window, '/routes')).routes[0]).not.toHaveProperty('known_as')
  })

  test.each(['?limit=0', '?limit=501', '?values=yes', '?sort=records'])('refuses %s', async (query) => {
    expect((await (await startApp()).inject(`/routes${query}`)).statusCode).toBe(400)
  })
})

describe('GET /what-if', () => {
  test('has a level for each rate, and the one that is set', async () => {
    const app = await startApp({ SENTINEL_ALERT_RATE: '0.01' })
    await analyze(app, NORMAL)
    const { records, alert_rate, anyway, levels } = await get(app, '/what-if')
    expect([records, alert_rate, anyway]).toEqual([1, 0.01, 0])
    expect(levels).toHaveLength(51)
    expect([levels[0], levels.at(-1)]).toEqual([
      { rate: 0.1, alerts: 0 },
      { rate: 1e-6, alerts: 0 },
    ])
  })

  test('has none where the labels of the forest decide', async () => {
    const app = await startApp({ SENTINEL_ALERTS: 'contamination' })
    await analyze(app, NORMAL)
    expect(await get(app, '/what-if')).toMatchObject({ alert_rate: null, levels: [] })
  })
})

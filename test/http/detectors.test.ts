import { expect, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { appWith, batch, inMemory, SHOP, shown, steps } from '../detectors/configured.js'
import { ATTACK, analyze, metric, NORMAL, startApp } from './subject.js'

const CHECKOUT = {
  entity: '/service',
  route: '/step',
  features: [
    { name: 'duration', from: '/ms', unit: 'ms' },
    { name: 'items', missing: 'median' as const },
  ],
}

test('each detector takes its own records, and names what is wrong with others', async () => {
  const app = await appWith(SHOP)
  const url = '/detectors/checkout/analyze-flow'
  const good = await app.inject({ method: 'POST', url, payload: steps('shop', 1)[0] as object })
  expect([good.statusCode, good.json()]).toEqual([200, { status: 'OK' }])
  const bad = await app.inject({ method: 'POST', url, payload: NORMAL })
  expect(bad.statusCode).toBe(400)
  expect(bad.json()).toMatchObject({ code: 'SENTINEL_INVALID_BODY', message: expect.stringContaining('ms') })
  expect((await analyze(app, NORMAL)).json()).toEqual({ status: 'OK' })
  const named = await app.inject({ method: 'POST', url: '/detectors/default/analyze-flow', payload: NORMAL })
  expect(named.json()).toEqual({ status: 'OK' })
  expect((await shown(app, 'default')).records).toBe(2)
  expect((await shown(app, 'checkout')).records).toBe(0)
  expect(await inMemory(app, 'checkout')).toEqual({ shop: 1 })
})

test('a name that no detector has is answered 404 with those that there are', async () => {
  const app = await appWith(SHOP)
  for (const [url, headers] of [
    ['/detectors/chekout/analyze-flow', {}],
    ['/detectors/chekout/analyze-flow/batch', {}],
    ['/detectors/__proto__/analyze-flow', {}],
    ['/detectors/%2e%2e%2fx/analyze-flow', {}],
    ['/v1/traces', { 'x-sentinel-detector': 'chekout' }],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url, headers, payload: { resourceSpans: [] } })
    expect([url, answer.statusCode]).toEqual([url, 404])
    expect(answer.json().message).toContain('there are default, checkout')
  }
})

test('a key of a request that is sent again is that of one detector, for a record and for a batch', async () => {
  const app = await appWith(SHOP)
  const [record] = steps('shop', 1)
  const send = (path: string, payload: object | string, key = 'again') =>
    app.inject({
      method: 'POST',
      url: path,
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
      payload,
    })
  for (const [path, payload] of [
    ['/detectors/checkout/analyze-flow', record],
    ['/detectors/checkout/analyze-flow/batch', [record, record]],
    ['/analyze-flow', NORMAL],
    ['/detectors/default/analyze-flow/batch', [NORMAL]],
  ] as const) {
    const first = await send(path, payload as object)
    const second = await send(path, payload as object)
    expect([path, first.statusCode, second.statusCode]).toEqual([path, 200, 200])
    expect([second.body, second.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
  }
  expect(await inMemory(app, 'checkout')).toEqual({ shop: 3 })
  expect((await shown(app, 'default')).records).toBe(2)
  const reused = await send('/detectors/checkout/analyze-flow', { ...record, ms: 1 })
  expect(reused.statusCode).toBe(422)
  for (const key of ['', 'a b', 'x'.repeat(256)]) {
    const { statusCode } = await send('/detectors/checkout/analyze-flow', record as object, key)
    expect([key, statusCode]).toEqual([key, 400])
  }
})

test('without detectors there is one, called default', async () => {
  const app = await startApp({ SENTINEL_FIT: 'sync' })
  await app.inject({ method: 'POST', url: '/detectors/default/analyze-flow', payload: NORMAL })
  expect((await app.inject('/detectors')).json()).toEqual({
    detectors: [
      {
        name: 'default',
        features: ['latency', 'input_length', 'errors'],
        ...{ records: 1, trained: false, generation: 0, alert_share: 0 },
        entities: null,
      },
    ],
  })
  const { anomalies } = (await app.inject('/anomalies?detector=default&entity=')).json()
  expect(anomalies).toEqual([])
  expect(await metric(app, 'sentinel_detector_records_total')).toEqual({})
  await analyze(app, ATTACK)
  const [anomaly] = (await app.inject('/anomalies')).json().anomalies
  expect(anomaly).not.toHaveProperty('detector')
  expect(anomaly).not.toHaveProperty('entity')
})

test('a detector among others answers what it answers alone, to the bit', async () => {
  const app = await appWith(SHOP)
  const alone = new Map<string, Sentinel>()
  for (const service of ['a', 'b', 'c']) {
    const { entity: _, ...declaration } = CHECKOUT
    const telemetry = declaredTelemetry(declaration)
    alone.set(service, await Sentinel.create({ detector: { telemetry, fit: 'sync' } }))
  }
  const streams = ['a', 'b', 'c'].map((service, k) => steps(service, 250, k + 1, 40 * (k + 1)))
  for (let i = 0; i < 250; i += 1) {
    for (const stream of streams) {
      const record = stream[i] as { service: string; ms: number }
      if (i % 90 === 89) record.ms *= 60
      const answer = await app.inject({
        method: 'POST',
        url: '/detectors/checkout/analyze-flow?detail=true',
        payload: record,
      })
      const expected = alone.get(record.service)?.judge(record, { detail: true })
      const { status, detail } = answer.json()
      expect(status).toBe(expected?.anomaly === null ? 'OK' : 'THREAT_DETECTED')
      expect(detail).toMatchObject({
        score: expected?.verdict.score,
        generation: expected?.verdict.generation,
        p: expected?.p,
        contributions: expected?.verdict.contributions.map(({ bits }) => expect.objectContaining({ bits })),
      })
    }
  }
  await Promise.all([...alone.values()].map((sentinel) => sentinel.close()))
})

test('anomalies and incidents say who found them, and are listed by that', async () => {
  const app = await appWith(SHOP)
  await batch(app, [...steps('a', 300), ...steps('b', 300, 2)], 'checkout')
  for (let i = 0; i < 40; i++) {
    const payload = { service: 'a', step: '/pay0', ms: 90_000, items: 3 }
    await app.inject({ method: 'POST', url: '/detectors/checkout/analyze-flow', payload })
  }
  await analyze(app, ATTACK)
  const list = async (query: string) => (await app.inject(`/anomalies${query}`)).json().anomalies
  const all: { detector: string; entity: string | null }[] = await list('?limit=500')
  expect(new Set(all.map(({ detector, entity }) => `${detector} ${entity}`))).toContain('checkout a')
  expect(await list('?detector=default')).toMatchObject([{ detector: 'default', entity: null }])
  expect((await list('?detector=checkout&entity=a')).length).toBeGreaterThan(0)
  for (const one of await list('?detector=checkout&entity=a&limit=500'))
    expect(one).toMatchObject({ detector: 'checkout', entity: 'a' })
  expect(await list('?entity=__proto__')).toEqual([])
  const { incidents } = (await app.inject('/incidents?detector=checkout&entity=a&open=true')).json()
  expect(incidents).toMatchObject([{ detector: 'checkout', entity: 'a', status: 'open' }])
  expect((await app.inject('/incidents?detector=default')).json().incidents).toEqual([])
  const refused = await app.inject('/anomalies?detector=chekout')
  expect([refused.statusCode, refused.json().message]).toEqual([
    400,
    'detector must be one of default, checkout',
  ])
  expect(await metric(app, 'sentinel_entities')).toEqual({
    '{detector="default"}': 0,
    '{detector="checkout"}': 2,
  })
  const records = await metric(app, 'sentinel_detector_records_total')
  expect(records).toEqual({ '{detector="default"}': 1, '{detector="checkout"}': 640 })
})

test('what operators say reaches the baseline that is meant, and no other', async () => {
  const app = await appWith(SHOP)
  await batch(app, [...steps('a', 200), ...steps('b', 200, 2)], 'checkout')
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })
  const learning = async (query: string) => (await app.inject(`/learning${query}`)).json()
  await post('/learning?detector=checkout&entity=a', { paused: true })
  expect(await learning('?detector=checkout&entity=a')).toMatchObject({ paused: true, samples: 200 })
  expect(await learning('?detector=checkout&entity=b')).toMatchObject({ paused: false, samples: 200 })
  expect(await learning('')).toMatchObject({ paused: false, samples: 0 })
  await post('/learning/reset?detector=checkout&entity=b', {})
  expect(await learning('?detector=checkout&entity=b')).toMatchObject({ samples: 0 })
  expect(await learning('?detector=checkout&entity=a')).toMatchObject({ samples: 200 })
  await post('/learning?detector=checkout', { paused: true })
  expect(await learning('?detector=checkout')).toMatchObject({ paused: true })
  expect(await learning('?detector=checkout&entity=b')).toMatchObject({ paused: true })
  expect(await learning('')).toMatchObject({ paused: false })
  const unknown = await post('/learning?detector=checkout&entity=nobody', { paused: true })
  expect([unknown.statusCode, unknown.json().message]).toEqual([
    404,
    expect.stringContaining('no baseline of "nobody"'),
  ])

  const far = { service: 'a', step: '/pay0', ms: 90_000, items: 3 }
  const answer = await post('/detectors/checkout/analyze-flow', far)
  const id = answer.headers['x-anomaly-id'] as string
  const said = await post(`/anomalies/${id}/feedback`, { verdict: 'expected' })
  expect([said.statusCode, said.json().feedback]).toMatchObject([200, { verdict: 'expected' }])
  expect((await app.inject('/mutes?detector=checkout&entity=a')).json().mutes).toHaveLength(1)
  expect((await app.inject('/mutes?detector=checkout&entity=b')).json().mutes).toHaveLength(0)
  expect((await app.inject('/mutes')).json().mutes).toHaveLength(0)
})

test('the document of the API has a path for each detector, with what its records look like', async () => {
  const app = await appWith(SHOP)
  const { paths, components } = (await app.inject('/openapi.json')).json()
  const body = (path: string) => paths[path].post.requestBody.content['application/json'].schema
  expect(body('/detectors/checkout/analyze-flow')).toEqual({
    $ref: '#/components/schemas/Telemetry-checkout',
  })
  expect(body('/detectors/default/analyze-flow')).toEqual({ $ref: '#/components/schemas/Telemetry' })
  expect(Object.keys(components.schemas['Telemetry-checkout'].properties)).toEqual(
    expect.arrayContaining(['ms', 'items', 'service', 'step']),
  )
  expect(paths).toHaveProperty(['/detectors/checkout/analyze-flow/batch'])
  expect(Object.keys(paths).filter((path) => path.includes(':') || path.includes('{name}'))).toEqual([])
})

test('what is seen lately is shown by detector, and health sums up', async () => {
  const app = await appWith(SHOP)
  await batch(app, [...steps('a', 120), ...steps('b', 30, 2)], 'checkout')
  await analyze(app, { ...NORMAL, route: '/cart' })
  const routes = async (query: string) =>
    (await app.inject(`/routes${query}`)).json().routes.map(({ route }: { route: string }) => route)
  expect(await routes('')).toEqual(['/cart'])
  expect((await routes('?detector=checkout')).sort()).toEqual(['/*'])
  const { history_size: size, detector_trained: trained } = (await app.inject('/health')).json()
  expect([size, trained]).toEqual([151, true])
  expect((await app.inject('/health/ready')).json()).toMatchObject({ samples_needed: 0 })
})

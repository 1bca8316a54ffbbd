import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import type { EnvironmentSource } from '#sentinel/config/schema.js'
import type { App } from '#sentinel/http/app.js'
import { serveAnew } from '#sentinel/http/serving/reload.js'
import { decodeState } from '#sentinel/state/codec.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { startApp } from '../subject.js'

const BASE = { SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0', SENTINEL_FIT: 'sync' }
const LATENCY = { name: 'latency', unit: 'ms' }
const CPU = { name: 'cpu', unit: '%' }

function configOf(environment: EnvironmentSource, features?: object[]) {
  const config = loadConfig({ ...BASE, ...environment })
  return features === undefined ? config : { ...config, telemetry: declaredTelemetry({ features } as never) }
}

interface Service {
  readonly app: App
  readonly url: string
  readonly sentinel: () => App['front']['serving']['sentinel']
  post(record: object, headers?: Record<string, string>): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

async function started(environment: EnvironmentSource = {}, features?: object[]): Promise<Service> {
  const app = await startApp({}, { config: configOf(environment, features) })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    url,
    sentinel: () => app.front.serving.sentinel,
    post: (record, headers = {}) =>
      fetch(`${url}/analyze-flow?detail=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(record),
      }),
    get: (path, headers = {}) => fetch(url + path, { headers }),
  }
}

const record = (i: number): object => ({
  latency: 100 + ((i * 7919) % 23),
  input_length: 1800 + ((i * 104_729) % 211),
  errors: 0,
  route: '/orders',
})

async function teach({ post }: Service, count: number, of = record): Promise<void> {
  for (let i = 0; i < count; i++) expect((await post(of(i))).status).toBe(200)
}

describe('another configuration behind the same listener', () => {
  test('tokens, hosts, limits and rates are those that are said now', async () => {
    const service = await started({ SENTINEL_API_TOKEN: 'an-old-token-of-ours' })
    const [old, fresh] = ['an-old-token-of-ours', 'a-new-token-of-ours'].map((token) => ({
      authorization: `Bearer ${token}`,
    }))
    expect((await service.post(record(0), old)).status).toBe(200)
    await serveAnew(
      service.app,
      configOf({ SENTINEL_API_TOKEN: 'a-new-token-of-ours', SENTINEL_ALERT_RATE: '0.02' }),
    )
    expect((await service.post(record(1), old)).status).toBe(401)
    expect((await service.post(record(1), fresh)).status).toBe(200)
    expect(await (await service.get('/metrics', fresh)).text()).toContain('sentinel_alert_rate 0.02')
  })

  test('verdicts, anomalies, words and repeated requests go on as if nothing had happened', async () => {
    const [reloaded, left] = [await started(), await started()]
    for (const service of [reloaded, left]) await teach(service, 120)
    const attack = { ...record(0), latency: 90_000 }
    const found = await reloaded.post(attack, { 'idempotency-key': 'one' })
    await left.post(attack)
    expect((await found.json()).status).toBe('THREAT_DETECTED')
    await serveAnew(reloaded.app, configOf({}))
    const id = found.headers.get('x-anomaly-id')
    expect((await reloaded.get(`/anomalies/${id}`)).status).toBe(200)
    const again = await reloaded.post(attack, { 'idempotency-key': 'one' })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.headers.get('x-anomaly-id')).toBe(id)
    for (let i = 120; i < 260; i++) {
      const [one, other] = await Promise.all(
        [reloaded, left].map(async ({ post }) => (await post(record(i))).json()),
      )
      expect(one).toEqual(other)
    }
    expect(reloaded.sentinel().detector.records).toBe(left.sentinel().detector.records)
    const [one, other] = await Promise.all(
      [reloaded, left].map(
        async ({ get }) => /sentinel_anomalies_total (\d+)/.exec(await (await get('/metrics')).text())?.[1],
      ),
    )
    expect(one).toBe(other)
  })

  test('requests that were in hand are answered, and count', async () => {
    const service = await started()
    await teach(service, 60)
    const before = service.sentinel()
    const body = Array.from({ length: 4_000 }, (_, i) => JSON.stringify(record(i))).join('\n')
    const batch = fetch(`${service.url}/analyze-flow/batch?answer=summary`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    })
    while (before.detector.records < 100) await new Promise((resolve) => setImmediate(resolve))
    await serveAnew(service.app, configOf({ SENTINEL_ALERT_RATE: '0.01' }))
    expect(service.sentinel()).not.toBe(before)
    expect(await (await batch).json()).toMatchObject({ accepted: 4_000, rejected: 0 })
    expect(service.sentinel().detector.records).toBe(4_060)
  })

  test('an event stream ends, and can be resumed', async () => {
    const service = await started()
    await teach(service, 60)
    const stream = await service.get('/anomalies/stream')
    const first = await service.post({ ...record(0), latency: 90_000 })
    await serveAnew(service.app, configOf({}))
    const id = first.headers.get('x-anomaly-id') as string
    expect(await stream.text()).toContain(`id: ${id}`)
    const second = await service.post({ ...record(0), latency: 90_000 })
    const resumed = await service.get('/anomalies/stream', { 'last-event-id': id })
    const { value } = (await resumed.body?.getReader().read()) ?? {}
    expect(new TextDecoder().decode(value)).toContain(`id: ${second.headers.get('x-anomaly-id')}`)
  })

  test('the state that is kept is that of what serves', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const environment = { SENTINEL_STATE_DIR: dir }
    const service = await started(environment)
    await teach(service, 60)
    await serveAnew(service.app, configOf({ ...environment, SENTINEL_ALERT_RATE: '0.01' }))
    await teach(service, 15)
    await service.sentinel().save()
    const state = decodeState(await readFile(join(dir, 'sentinel.state'))) as {
      detector: { counts: { records: number } }
    }
    expect(state.detector.counts.records).toBe(75)
  })

  test('what does not fit what was learnt is refused, and the service goes on as it is', async () => {
    const service = await started({ SENTINEL_API_TOKEN: 'an-old-token-of-ours' })
    const old = { authorization: 'Bearer an-old-token-of-ours' }
    for (let i = 0; i < 60; i++) await service.post(record(i), old)
    const before = service.sentinel()
    await expect(serveAnew(service.app, configOf({ SENTINEL_BASELINE: 'window' }))).rejects.toThrow(
      'what was learnt does not fit the new settings: it was learnt by the guarded baseline',
    )
    expect(service.sentinel()).toBe(before)
    expect((await (await service.post(record(60), old)).json()).detail.detector).toBe('forest')
    expect(before.detector.records).toBe(61)
  })

  test('another contamination is judged by at once, by what was learnt', async () => {
    const service = await started()
    await teach(service, 100)
    await serveAnew(service.app, configOf({ SENTINEL_CONTAMINATION: '0.01' }))
    expect((await (await service.post(record(100))).json()).detail.detector).toBe('forest')
    expect(service.sentinel().detector.historySize).toBe(101)
  })
})

describe('other features', () => {
  const both = (i: number): object => ({ ...record(i), cpu: 40 + (i % 13) })

  test('the forest of the features before judges until those of now have one', async () => {
    const service = await started({}, [LATENCY])
    await teach(service, 100)
    await serveAnew(service.app, configOf({}, [LATENCY, CPU]))
    expect(await (await service.get('/health')).json()).toMatchObject({
      detector_trained: true,
      transition: { features: ['latency'], samples_needed: 50 },
    })
    // What is watched now is what a record must have.
    expect((await service.post(record(0))).status).toBe(400)
    const judgedBy = async (one: object): Promise<string[]> =>
      (await (await service.post(one)).json()).detail.contributions.map(
        ({ feature }: { feature: string }) => feature,
      )
    for (let i = 0; i < 50; i++) expect(await judgedBy(both(i))).toEqual(['latency'])
    expect(await judgedBy(both(50))).toEqual(['latency', 'cpu'])
    expect(await (await service.get('/health')).json()).not.toHaveProperty('transition')
    expect(await (await service.get('/metrics')).text()).toContain(
      'sentinel_alerts_total{action="freeze",feature="cpu"} 0',
    )
    expect(await (await service.get('/openapi.json')).text()).toContain('"cpu"')
  })

  test('an anomaly of the time between is one of the list, and a record that only those of now can read is judged', async () => {
    const service = await started({}, [LATENCY])
    await teach(service, 100)
    await serveAnew(service.app, configOf({}, [CPU]))
    const odd = await service.post({ latency: 90_000, cpu: 40, route: '/orders' })
    expect((await odd.json()).status).toBe('THREAT_DETECTED')
    expect((await service.get(`/anomalies/${odd.headers.get('x-anomaly-id')}`)).status).toBe(200)
    expect((await (await service.post({ cpu: 40, route: '/orders' })).json()).detail.detector).toBe(
      'learning',
    )
  })

  test('another reload in the meantime changes nothing about who judges', async () => {
    const service = await started({}, [LATENCY])
    await teach(service, 100)
    await serveAnew(service.app, configOf({}, [LATENCY, CPU]))
    await teach(service, 20, both)
    await serveAnew(service.app, configOf({ SENTINEL_ALERT_RATE: '0.01' }, [LATENCY, CPU]))
    const { detail } = await (await service.post(both(20))).json()
    expect(detail.contributions.map(({ feature }: { feature: string }) => feature)).toEqual(['latency'])
    await teach(service, 29, both)
    expect((await (await service.post(both(50))).json()).detail.contributions).toHaveLength(2)
  })
})

test('nothing keeps what served before, however often settings are read anew', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { app, post } = await started()
  const before: WeakRef<object>[] = []
  for (const limit of ['100', '200', '300', '400']) {
    before.push(new WeakRef(app.front.serving))
    await serveAnew(app, configOf({ SENTINEL_RATE_LIMIT: limit }))
    expect((await post(record(1))).status).toBe(200)
  }
  // The last one may still be named by what it left to.
  const gone = before.slice(0, -1)
  for (let i = 0; i < 100 && gone.some((each) => each.deref() !== undefined); i++) {
    await new Promise(setImmediate)
    collect()
  }
  expect(gone.map((each) => each.deref() === undefined)).toEqual([true, true, true])
})

import type { InjectOptions } from 'fastify'
import { beforeEach, expect, test, vi } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { metric, NORMAL, startApp } from '../subject.js'

const TOKEN = 'correct-horse-battery'
const OTHER = 'second-token-of-two'
const RECORD: InjectOptions = { method: 'POST', url: '/analyze-flow', payload: NORMAL }

// A second is long when other tests run beside these, so none passes unless it is told to.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  return () => vi.useRealTimers()
})

function limited(environment = {}): Promise<App> {
  return startApp({ SENTINEL_RATE_LIMIT: '3', ...environment })
}

function bearing(token: string, request: InjectOptions = RECORD): InjectOptions {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

/** The statuses of requests that are sent one after the other. */
async function statuses(app: App, requests: readonly InjectOptions[]): Promise<number[]> {
  const seen: number[] = []
  for (const request of requests) seen.push((await app.inject(request)).statusCode)
  return seen
}

function times(count: number, request: (i: number) => InjectOptions): InjectOptions[] {
  return Array.from({ length: count }, (_, i) => request(i))
}

test('holds for each token by itself, whatever address it comes from', async () => {
  const app = await limited({ SENTINEL_API_TOKEN: `${TOKEN},${OTHER}` })
  const requests = [TOKEN, TOKEN, TOKEN, OTHER, TOKEN].map((token, i) => ({
    ...bearing(token),
    remoteAddress: `127.0.0.${i + 1}`,
  }))
  expect(await statuses(app, requests)).toEqual([200, 200, 200, 200, 429])
})

test('says when to go on, and then lets the caller go on', async () => {
  const app = await limited()
  await statuses(
    app,
    times(3, () => RECORD),
  )
  const refused = await app.inject(RECORD)
  expect(refused.statusCode).toBe(429)
  expect(refused.json().code).toBe('SENTINEL_RATE_LIMITED')
  expect(refused.headers['retry-after']).toBe('1')
  // What is left of the second, rounded up.
  vi.advanceTimersByTime(999)
  const late = await app.inject(RECORD)
  expect([late.statusCode, late.headers['retry-after']]).toEqual([429, '1'])
  vi.advanceTimersByTime(1)
  expect(await statuses(app, [RECORD])).toEqual([200])
  expect(await metric(app, 'sentinel_refused_requests_total')).toMatchObject({ '{reason="rate"}': 2 })
})

test('holds for each address where no token is configured, whatever token comes with a request', async () => {
  const app = await limited()
  const guesses = times(5, (i) => bearing(`made-up-${i}`))
  expect(await statuses(app, guesses)).toEqual([200, 200, 200, 429, 429])
  expect(await statuses(app, [{ ...RECORD, remoteAddress: '127.0.0.2' }])).toEqual([200])
})

test('takes the addresses of one IPv6 network for one caller', async () => {
  const app = await limited()
  const from = (remoteAddress: string) => ({ ...RECORD, remoteAddress })
  const sameNetwork = times(5, (i) => from(`2001:db8:0:1::${i + 1}`))
  expect(await statuses(app, sameNetwork)).toEqual([200, 200, 200, 429, 429])
  expect(await statuses(app, [from('2001:db8:0:1:ffff::1'), from('2001:db8:0:2::1')])).toEqual([429, 200])
  expect(await statuses(app, [from('::ffff:10.0.0.1'), from('::ffff:10.0.0.2')])).toEqual([200, 200])
})

test('counts refused tokens by their address, and so leaves holders of a valid one alone', async () => {
  const app = await limited({ SENTINEL_API_TOKEN: TOKEN })
  const guesses = times(5, (i) => (i === 1 ? RECORD : bearing(`made-up-${i}`)))
  expect(await statuses(app, guesses)).toEqual([401, 401, 401, 429, 429])
  expect(await statuses(app, [bearing(TOKEN)])).toEqual([200])
  expect(await statuses(app, [RECORD])).toEqual([429])
})

test.each<[string, number, InjectOptions]>([
  ['a path that does not exist', 404, { url: '/no-such-path' }],
  ['a method that a path does not take', 405, { method: 'DELETE', url: '/analyze-flow' }],
  ['a record that is refused', 400, { ...RECORD, payload: {} }],
  ['a path of many spellings', 404, { url: '//analyze-flow' }],
])('counts %s', async (_what, status, request) => {
  const app = await limited()
  expect(
    await statuses(
      app,
      times(4, () => request),
    ),
  ).toEqual([status, status, status, 429])
  expect(await statuses(app, [RECORD])).toEqual([429])
})

test('counts a path that does not exist by the token, too', async () => {
  const app = await limited({ SENTINEL_API_TOKEN: TOKEN })
  const requests = times(4, (i) => bearing(TOKEN, { url: `/${i}` }))
  expect(await statuses(app, requests)).toEqual([404, 404, 404, 429])
})

test('never counts probes, nor the scrapes of those who may read the metrics', async () => {
  const app = await limited({ SENTINEL_API_TOKEN: TOKEN })
  const probes = times(10, (i) => ({
    url: ['/health', '/health/live', '/health/ready?x=1'][i % 3] as string,
  }))
  expect(new Set(await statuses(app, probes))).toEqual(new Set([200]))
  const scrapes = times(10, () => bearing(TOKEN, { url: '/metrics' }))
  expect(new Set(await statuses(app, scrapes))).toEqual(new Set([200]))
  const guesses = times(4, (i) => bearing(`made-up-${i}`, { url: '/metrics' }))
  expect(await statuses(app, guesses)).toEqual([401, 401, 401, 429])
})

test('never counts scrapes where no token is configured', async () => {
  const app = await limited()
  const scrapes = times(10, () => ({ url: '/metrics' }))
  expect(new Set(await statuses(app, scrapes))).toEqual(new Set([200]))
})

test('is off by default', async () => {
  const app = await startApp()
  const answer = await app.inject(RECORD)
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  expect(await metric(app, 'sentinel_refused_requests_total')).toMatchObject({ '{reason="rate"}': 0 })
})

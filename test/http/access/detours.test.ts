import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { exchange } from '../exchange.js'
import { metric, sharedApps, startApp } from '../subject.js'

const shared = sharedApps()

const TOKEN = 'correct-horse-battery'
const BAD_PATHS = ['/%', '/%zz', '/analyze-flow/%c0%80', '/anomalies/%ff', '/health%', '/docs/%e0%a4%a']

async function raw(app: App, ...lines: string[]): Promise<string> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return exchange(port, `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`)
}

test.each(BAD_PATHS)('the path %s, which cannot be decoded, needs a token like any other', async (path) => {
  const app = await shared({ SENTINEL_API_TOKEN: TOKEN })
  const refused = await app.inject(path)
  expect([refused.statusCode, refused.json().code]).toEqual([401, 'SENTINEL_UNAUTHORIZED'])
  const known = await app.inject({ url: path, headers: { authorization: `Bearer ${TOKEN}` } })
  expect([known.statusCode, known.json().code]).toEqual([400, 'SENTINEL_INVALID_URL'])
})

test('a path that cannot be decoded counts under the rate limit, and asks for an allowed host', async () => {
  const app = await startApp({ SENTINEL_RATE_LIMIT: '3' })
  const statuses: number[] = []
  for (let n = 0; n < 30; n++) statuses.push((await app.inject(BAD_PATHS[n % 6] as string)).statusCode)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(15)
  const other = await startApp()
  const foreign = await other.inject({ url: '/%', headers: { host: 'evil.example' } })
  expect(foreign.statusCode).toBe(403)
  expect(await metric(other, 'sentinel_requests_total')).toMatchObject({
    '{endpoint="/metrics",method="GET"}': expect.any(Number),
  })
})

test('no header is unseen, however many there are', async () => {
  const app = await startApp({ SENTINEL_API_TOKEN: TOKEN })
  const many = Array.from({ length: 2500 }, (_, n) => `a${n % 7}:`)
  const start = ['GET /anomalies HTTP/1.1', 'host: localhost']
  expect(await raw(app, ...start, ...many)).toMatch(/^HTTP\/1.1 401 /)
  expect(await raw(app, ...start, ...many, `authorization: Bearer ${TOKEN}`)).toMatch(/^HTTP\/1.1 200 /)
  expect(
    await raw(app, ...start, ...many, `authorization: Bearer ${TOKEN}`, 'origin: https://evil.example'),
  ).toMatch(/^HTTP\/1.1 403 /)
})

test.each<[what: string, url: string, headers: Record<string, string>, status: number]>([
  [
    'an image of another site',
    '/anomalies',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    403,
  ],
  [
    'a stream held open by another site',
    '/anomalies/stream',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    403,
  ],
  [
    'the same, opened as a window',
    '/anomalies/stream',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    403,
  ],
  [
    'a frame of a neighbouring site',
    '/docs',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    403,
  ],
  [
    'a script of another site',
    '/health',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    403,
  ],
  [
    'a link that somebody follows',
    '/docs',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    200,
  ],
  [
    'an address that somebody types',
    '/anomalies',
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    200,
  ],
  [
    'a page of the service itself',
    '/anomalies',
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
    200,
  ],
  ['a client that is no browser', '/anomalies', {}, 200],
])('%s at %s gets %4$i', async (_what, url, headers, status) => {
  const app = await shared()
  expect((await app.inject({ url, headers })).statusCode).toBe(status)
})

test('a page of a configured origin may still call across sites', async () => {
  const app = await startApp({ SENTINEL_CORS_ORIGINS: 'https://dashboard.example' })
  const headers = {
    origin: 'https://dashboard.example',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'cors',
  }
  expect((await app.inject({ url: '/anomalies', headers })).statusCode).toBe(200)
})

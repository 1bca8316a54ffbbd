import { describe, expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { exchange } from '../exchange.js'
import { historySize, NORMAL, sharedApps, startApp } from '../subject.js'

const shared = sharedApps()

const TOKEN = 'correct-horse-battery'
const OTHER = 'second-token-of-two'
const GUARDED = [
  ['POST', '/analyze-flow'],
  ['GET', '/metrics'],
  ['GET', '/anomalies'],
  ['GET', '/anomalies/19b76daa800-0000'],
  ['GET', '/anomalies/stream'],
  ['GET', '/incidents'],
  ['GET', '/mutes'],
  ['GET', '/learning'],
  ['POST', '/docs'],
  ['GET', '/docs/../metrics'],
  ['GET', '/docs%2f..%2fmetrics'],
  ['GET', '/redoc/x'],
  ['GET', '/Docs'],
  ['GET', '/no-such-path'],
  ['DELETE', '/analyze-flow'],
  ['GET', '/health/../metrics'],
  ['GET', '/health%2f..%2fmetrics'],
  ['GET', '/Health'],
  ['GET', '//health'],
  ['GET', '/healthy'],
] as const

type Headers = Record<string, string>

function post(app: App, headers: Headers) {
  return app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL, headers })
}

describe('with a token configured', () => {
  test.each(GUARDED)('%s %s is refused without one', async (method, url) => {
    const app = await shared({ SENTINEL_API_TOKEN: TOKEN })
    const before = await historySize(app)
    const answer = await app.inject({ method, url, ...(method === 'POST' ? { payload: NORMAL } : {}) })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="codeflow-sentinel"')
    expect(answer.json()).toEqual({
      statusCode: 401,
      code: 'SENTINEL_UNAUTHORIZED',
      error: 'Unauthorized',
      message: 'a valid token is needed: send it as Authorization: Bearer <token>',
    })
    expect(await historySize(app)).toBe(before)
  })

  test.each([
    ['/docs', 'text/html'],
    ['/docs?x=1', 'text/html'],
    ['/docs/redoc-start.js', 'text/javascript'],
    ['/redoc', 'text/html'],
    ['/openapi.json', 'application/json'],
    ['/playground/', 'text/html'],
    ['/', 'text/html'],
    ['/?x=1', 'text/html'],
    ['/dashboard/mark.svg', 'image/svg+xml'],
  ])('%s, which a browser opens without a token and which holds no data, needs none', async (url, type) => {
    const app = await shared({ SENTINEL_API_TOKEN: TOKEN })
    await app.inject({
      method: 'POST',
      url: '/analyze-flow',
      payload: { ...NORMAL, latency: 98_765.4, route: '/secret-route' },
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    const answer = await app.inject(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain(type)
    expect(answer.body).not.toMatch(/secret-route|98765/)
  })

  test.each(['/health', '/health/live', '/health/ready', '/health?x=1'])('%s needs none', async (url) => {
    const app = await shared({ SENTINEL_API_TOKEN: TOKEN })
    expect((await app.inject(url)).statusCode).toBe(200)
  })

  test.each<[string, string, number]>([
    ['the token', `Bearer ${TOKEN}`, 200],
    ['the other token of a rotation', `Bearer ${OTHER}`, 200],
    ['the scheme in lower case', `bearer ${TOKEN}`, 200],
    ['a longer token', `Bearer ${TOKEN}x`, 401],
    ['a shorter token', `Bearer ${TOKEN.slice(0, -1)}`, 401],
    ['the list as it is configured', `Bearer ${TOKEN},${OTHER}`, 401],
    ['no scheme', TOKEN, 401],
    ['another scheme', `Basic ${TOKEN}`, 401],
    ['an empty token', 'Bearer ', 401],
    ['an endless token', `Bearer ${'a'.repeat(5000)}`, 401],
    ['two tokens', `Bearer ${TOKEN} ${OTHER}`, 401],
  ])('%s: %s gives %i', async (_what, authorization, status) => {
    const app = await shared({ SENTINEL_API_TOKEN: `${TOKEN}, ${OTHER}` })
    const before = await historySize(app)
    expect((await post(app, { authorization })).statusCode).toBe(status)
    expect(await historySize(app)).toBe(before + (status === 200 ? 1 : 0))
  })

  test('what was refused is counted by reason, and not timed', async () => {
    const app = await startApp({ SENTINEL_API_TOKEN: TOKEN })
    const authorization = `Bearer ${TOKEN}`
    await post(app, {})
    await post(app, { host: 'evil.example' })
    await post(app, { host: 'evil.example' })
    await post(app, { authorization, origin: 'http://evil.example' })
    const text = (await app.inject({ url: '/metrics', headers: { authorization } })).body
    for (const line of ['{reason="token"} 1', '{reason="host"} 2', '{reason="origin"} 1']) {
      expect(text).toContain(`sentinel_refused_requests_total${line}`)
    }
    expect(text).toContain('sentinel_request_duration_seconds_count 0')
    await post(app, { authorization })
    const after = (await app.inject({ url: '/metrics', headers: { authorization } })).body
    expect(after).toContain('sentinel_request_duration_seconds_count 2')
  })
})

describe('the Host header', () => {
  test.each([
    'localhost',
    'localhost:8000',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:8000',
    '[::1]:8000',
    '127.0.0.9:8000',
    '192.168.1.10:8000',
    '10.0.3.17:30464',
    '0.0.0.0:8000',
    '127.1:8000',
    '192.168.0.1.',
    '[fd00::17]',
    '[fd00::17]:8000',
    '[::ffff:10.0.0.1]:8000',
    '[fe80::1%25eth0]:8000',
    'sentinel.internal',
    'Sentinel.Internal:80',
    'api.example:443',
  ])('may be %s', async (host) => {
    const app = await shared({
      SENTINEL_HOST: '127.0.0.9',
      SENTINEL_ALLOWED_HOSTS: 'sentinel.internal, api.example:8443',
    })
    expect((await post(app, { host })).statusCode).toBe(200)
  })

  test.each([
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'sentinel.internal.evil.example',
    '127.0.0.1@evil.example',
    'evil.example#localhost',
    '192.168.0.1.evil.example',
    '10.0.0.256x',
    '127.0.0.1#localhost',
    'evil.example:127.0.0.1',
    'sentinel_up',
    'fd00::17.evil.example',
    ' ',
    '[::1',
    'localhost:port',
    `${'a'.repeat(10_000)}`,
  ])('must not be %j', async (host) => {
    const app = await shared({ SENTINEL_ALLOWED_HOSTS: 'sentinel.internal' })
    const before = await historySize(app)
    for (const url of ['/health', '/no-such-path']) {
      const answer = await app.inject({ url, headers: { host } })
      expect(answer.statusCode).toBe(403)
      expect(answer.json().code).toBe('SENTINEL_HOST_NOT_ALLOWED')
      expect(answer.body).not.toContain('evil')
    }
    expect((await post(app, { host })).statusCode).toBe(403)
    expect(await historySize(app)).toBe(before)
  })

  test('may be anything where it is told so', async () => {
    const app = await startApp({ SENTINEL_ALLOWED_HOSTS: '*' })
    expect((await post(app, { host: 'anything.example' })).statusCode).toBe(200)
  })

  test.each(['sentinel_up', 'evil.example', 'sentinel.internal.evil.example:8000'])(
    'may be %s with a valid token, which no page can know, and with no other',
    async (host) => {
      const app = await shared({ SENTINEL_API_TOKEN: `${TOKEN},${OTHER}` })
      expect((await post(app, { host, authorization: `Bearer ${OTHER}` })).statusCode).toBe(200)
      expect((await post(app, { host, authorization: `Bearer ${OTHER}x` })).statusCode).toBe(403)
      expect((await post(app, { host })).statusCode).toBe(403)
      expect((await app.inject({ url: '/health', headers: { host } })).statusCode).toBe(403)
      const origin = 'https://page.example'
      expect((await post(app, { host, origin, authorization: `Bearer ${TOKEN}` })).statusCode).toBe(403)
    },
  )

  test.each<[string, number]>([
    ['GET /health HTTP/1.0', 200],
    ['GET /health/live HTTP/1.0', 200],
    ['GET /health/ready?from=balancer HTTP/1.0', 200],
    ['HEAD /health/live HTTP/1.0', 200],
    ['GET /health/live HTTP/1.0\r\nhost:', 200],
    ['GET /health/live HTTP/1.1\r\nhost:', 200],
    ['GET /health/live HTTP/1.0\r\nhost: evil.example', 403],
    ['GET /metrics HTTP/1.0', 403],
    ['GET /anomalies HTTP/1.0', 403],
    ['GET /healthy HTTP/1.0', 403],
  ])('may be missing where probes ask: %j gives %i', async (request, status) => {
    const app = await shared()
    if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as { port: number }
    const close = request.includes('1.1') ? '\r\nconnection: close' : ''
    expect(await exchange(port, `${request}${close}\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('that is refused is said in the log once a name, with the variable that allows it, and not without end', async () => {
    const lines: Record<string, unknown>[] = []
    const logger = { stream: { write: (line: string) => lines.push(JSON.parse(line)) } }
    const app = await startApp({}, { logger })
    for (const host of ['sentinel_up', 'Sentinel_Up:8000', 'sentinel_up', 'other.example\u202e']) {
      await app.inject({ url: '/health', headers: { host } })
    }
    await app.inject({ url: '/health', headers: { origin: 'https://page.example' } })
    const warned = lines.filter(({ level }) => level === 'warn')
    expect(warned).toMatchObject([
      { header: 'Host', refused: 'sentinel_up', variable: 'SENTINEL_ALLOWED_HOSTS' },
      { header: 'Host', refused: 'other.example', variable: 'SENTINEL_ALLOWED_HOSTS' },
      { header: 'Origin', refused: 'https://page.example', variable: 'SENTINEL_CORS_ORIGINS' },
    ])
    expect(warned[0]?.msg).toContain('SENTINEL_ALLOWED_HOSTS')
    for (let n = 0; n < 300; n++) await app.inject({ url: '/health', headers: { host: `n${n}.example` } })
    expect(lines.filter(({ header }) => header === 'Host')).toHaveLength(50)
    expect(lines.at(-1)?.msg).toContain('further ones are not logged')
  })
})

describe('the Origin header', () => {
  const page = 'https://dashboard.example'

  test.each<[string, Headers, number]>([
    ['no origin, as of curl and of servers', {}, 200],
    ['a page of the service itself', { host: 'localhost:8000', origin: 'http://localhost:8000' }, 200],
    ['the same behind TLS', { host: 'localhost', origin: 'https://localhost' }, 200],
    ['a configured page', { origin: page }, 200],
    ['a foreign page', { origin: 'https://evil.example' }, 403],
    ['a page in a sandbox', { origin: 'null' }, 403],
    ['a page on another port', { host: 'localhost:8000', origin: 'http://localhost:3000' }, 403],
    ['a page whose name begins alike', { origin: `${page}.evil.example` }, 403],
    ['an empty origin', { origin: '' }, 403],
    ['a file', { origin: 'file://' }, 403],
  ])('%s: %o gives %i', async (_what, headers, status) => {
    const app = await shared({ SENTINEL_CORS_ORIGINS: page })
    const before = await historySize(app)
    const answer = await post(app, headers)
    expect(answer.statusCode).toBe(status)
    expect(await historySize(app)).toBe(before + (status === 200 ? 1 : 0))
    if (status === 403) expect(answer.json().code).toBe('SENTINEL_ORIGIN_NOT_ALLOWED')
  })

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'a drive-by post of %s never reaches the window',
    async (type) => {
      const app = await shared()
      const before = await historySize(app)
      const answer = await app.inject({
        method: 'POST',
        url: '/analyze-flow',
        headers: { 'content-type': type, origin: 'https://evil.example' },
        payload: JSON.stringify(NORMAL),
      })
      expect(answer.statusCode).toBe(403)
      expect(await historySize(app)).toBe(before)
    },
  )
})

describe('CORS', () => {
  const page = 'https://dashboard.example'
  const preflight = {
    origin: page,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization',
  }

  test('is off unless origins are configured', async () => {
    const app = await shared()
    const answer = await app.inject({ method: 'OPTIONS', url: '/analyze-flow', headers: preflight })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect((await post(app, {})).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('lets a configured page ask first, without a token, and then read the answer', async () => {
    const app = await shared({ SENTINEL_CORS_ORIGINS: page, SENTINEL_API_TOKEN: TOKEN })
    const asked = await app.inject({ method: 'OPTIONS', url: '/analyze-flow', headers: preflight })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers['access-control-allow-origin']).toBe(page)
    expect(asked.headers['access-control-allow-headers']).toContain('authorization')
    const answer = await post(app, { origin: page, authorization: `Bearer ${TOKEN}` })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe(page)
    expect(answer.headers['access-control-expose-headers']).toContain('x-anomaly-id')
    expect((await post(app, { origin: page })).statusCode).toBe(401)
  })

  test('lets no other page ask', async () => {
    const app = await shared({ SENTINEL_CORS_ORIGINS: page })
    const headers = { ...preflight, origin: 'https://evil.example' }
    const answer = await app.inject({ method: 'OPTIONS', url: '/analyze-flow', headers })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { exchange } from './exchange.js'
import { analyze, historySize, sharedApps, startApp } from './subject.js'

const shared = sharedApps()

const GOOD = '{"latency":1,"input_length":2,"errors":0}'
const JSON_TYPE = { 'content-type': 'application/json' }

const BODIES: readonly [what: string, body: string, code: string, message: string][] = [
  [
    'a missing latency',
    '{"input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency is missing; it must be a finite number of at least 0',
  ],
  [
    'a missing input_length',
    '{"latency":1,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'input_length is missing; it must be a whole number of at least 0',
  ],
  [
    'a missing errors',
    '{"latency":1,"input_length":2}',
    'SENTINEL_INVALID_BODY',
    'errors is missing; it must be a whole number of at least 0',
  ],
  [
    'a number as a string',
    '{"latency":"1","input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency must be a finite number of at least 0; got a string',
  ],
  [
    'a negative latency',
    '{"latency":-0.5,"input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency must be a finite number of at least 0; got -0.5',
  ],
  [
    'a negative count',
    '{"latency":1,"input_length":2,"errors":-1}',
    'SENTINEL_INVALID_BODY',
    'errors must be a whole number of at least 0; got -1',
  ],
  [
    'a fraction of a character',
    '{"latency":1,"input_length":2.5,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'input_length must be a whole number of at least 0; got 2.5',
  ],
  [
    '1e999',
    '{"latency":1e999,"input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency must be a finite number of at least 0; got a number too large to represent',
  ],
  [
    'null',
    '{"latency":1,"input_length":null,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'input_length must be a whole number of at least 0; got null',
  ],
  [
    'a boolean',
    '{"latency":true,"input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency must be a finite number of at least 0; got the boolean true',
  ],
  [
    'an array',
    '{"latency":[1],"input_length":2,"errors":0}',
    'SENTINEL_INVALID_BODY',
    'latency must be a finite number of at least 0; got an array',
  ],
  [
    'an object',
    '{"latency":1,"input_length":2,"errors":{}}',
    'SENTINEL_INVALID_BODY',
    'errors must be a whole number of at least 0; got an object',
  ],
  [
    'a route that is no string',
    '{"latency":1,"input_length":2,"errors":0,"route":7}',
    'SENTINEL_INVALID_BODY',
    'route must be a string of at most 2048 characters; got 7',
  ],
  [
    'a route that is too long',
    `{"latency":1,"input_length":2,"errors":0,"route":"${'r'.repeat(3000)}"}`,
    'SENTINEL_INVALID_BODY',
    'route must be a string of at most 2048 characters; got a string of 3000 characters',
  ],
  [
    'a timestamp that is neither',
    '{"latency":1,"input_length":2,"errors":0,"timestamp":[]}',
    'SENTINEL_INVALID_BODY',
    'timestamp must be a string of at most 64 characters or a finite number; got an array',
  ],
  [
    'a body that is an array',
    `[${GOOD}]`,
    'SENTINEL_INVALID_BODY',
    'the body must be a JSON object; got an array',
  ],
  ['a body that is null', 'null', 'SENTINEL_INVALID_BODY', 'the body must be a JSON object; got null'],
  ['a body that is a number', '7', 'SENTINEL_INVALID_BODY', 'the body must be a JSON object; got 7'],
  [
    'NaN',
    '{"latency":NaN,"input_length":2,"errors":0}',
    'SENTINEL_INVALID_JSON',
    'the body is not valid JSON',
  ],
  [
    'Infinity',
    '{"latency":Infinity,"input_length":2,"errors":0}',
    'SENTINEL_INVALID_JSON',
    'the body is not valid JSON',
  ],
  ['half a body', '{"latency":1,', 'SENTINEL_INVALID_JSON', 'the body is not valid JSON'],
  ['two bodies', GOOD + GOOD, 'SENTINEL_INVALID_JSON', 'the body is not valid JSON'],
  ['text', 'latency=1', 'SENTINEL_INVALID_JSON', 'the body is not valid JSON'],
  ['blanks', '  \n', 'SENTINEL_INVALID_JSON', 'the body is not valid JSON'],
  ['an empty body', '', 'SENTINEL_EMPTY_BODY', 'the body is empty; it must be a JSON object'],
  [
    'a byte order mark',
    `\ufeff${GOOD}`,
    'SENTINEL_INVALID_JSON',
    'the body starts with a byte order mark; send JSON without one',
  ],
  [
    'a __proto__ key',
    '{"latency":1,"input_length":2,"errors":0,"__proto__":{"errors":1}}',
    'SENTINEL_INVALID_JSON',
    'the keys __proto__ and constructor.prototype are forbidden',
  ],
  [
    'a constructor key',
    '{"latency":1,"input_length":2,"errors":0,"constructor":{"prototype":{}}}',
    'SENTINEL_INVALID_JSON',
    'the keys __proto__ and constructor.prototype are forbidden',
  ],
]

describe('bad input', () => {
  test.each(BODIES)(
    '%s is refused by name and never enters the window',
    async (_what, payload, code, message) => {
      const app = await shared()
      const answer = await app.inject({ method: 'POST', url: '/analyze-flow', headers: JSON_TYPE, payload })
      expect(answer.json()).toEqual({ statusCode: 400, code, error: 'Bad Request', message })
      expect(answer.statusCode).toBe(400)
      expect(await historySize(app)).toBe(0)
    },
  )

  test.each([
    ['text/plain', GOOD],
    ['application/x-www-form-urlencoded', 'latency=1'],
    ['application/json; charset=utf-16', GOOD],
    ['application/json;charset="iso-8859-1"', GOOD],
    ['nonsense', GOOD],
  ])('content type %s gets 415', async (type, payload) => {
    const app = await shared()
    const answer = await app.inject({
      method: 'POST',
      url: '/analyze-flow',
      headers: { 'content-type': type },
      payload,
    })
    expect(answer.statusCode).toBe(415)
    expect(answer.json().code).toBe('SENTINEL_UNSUPPORTED_MEDIA_TYPE')
    expect(await historySize(app)).toBe(0)
  })

  test('a compressed body gets 415', async () => {
    const app = await shared()
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' }
    const answer = await app.inject({ method: 'POST', url: '/analyze-flow', headers, payload: GOOD })
    expect(answer.statusCode).toBe(415)
  })

  test('JSON in UTF-8 is taken however the header spells it', async () => {
    const app = await startApp()
    for (const type of ['application/json', 'Application/JSON', 'application/json; charset=UTF-8']) {
      const headers = { 'content-type': type }
      const answer = await app.inject({ method: 'POST', url: '/analyze-flow', headers, payload: GOOD })
      expect(answer.statusCode).toBe(200)
    }
  })

  test('a body above 16 KiB gets 413, one of 16 KiB does not', async () => {
    const app = await startApp()
    const body = (bytes: number) => GOOD + ' '.repeat(bytes - GOOD.length)
    const post = (payload: string) =>
      app.inject({ method: 'POST', url: '/analyze-flow', headers: JSON_TYPE, payload })
    const refused = await post(body(16 * 1024 + 1))
    expect(refused.statusCode).toBe(413)
    expect(refused.json()).toMatchObject({
      code: 'SENTINEL_BODY_TOO_LARGE',
      message: 'the body must be at most 16 KiB',
    })
    expect((await post(body(16 * 1024))).statusCode).toBe(200)
  })

  test.each(['?detail=1', '?detail=', '?detail=TRUE', '?detail=yes', '?detail=true&detail=true'])(
    'the query %s gets 400',
    async (query) => {
      const app = await shared()
      const answer = await analyze(app, JSON.parse(GOOD), query)
      expect(answer.statusCode).toBe(400)
      expect(answer.json().code).toBe('SENTINEL_INVALID_QUERY')
      expect(answer.json().message).toMatch(/^query detail must be true or false; got /)
      expect(await historySize(app)).toBe(0)
    },
  )

  test('an unknown path gets 404, even with a body that cannot be read', async () => {
    const app = await shared()
    const plain = await app.inject('/nope')
    expect(plain.statusCode).toBe(404)
    expect(plain.json()).toMatchObject({ statusCode: 404, code: 'SENTINEL_NOT_FOUND', error: 'Not Found' })
    const broken = await app.inject({ method: 'POST', url: '/nope', headers: JSON_TYPE, payload: '{' })
    expect(broken.statusCode).toBe(404)
  })

  test('an unknown method on a known path gets 405 and the methods that exist', async () => {
    const app = await shared()
    const get = await app.inject('/analyze-flow?x=1')
    expect(get.statusCode).toBe(405)
    expect(get.headers.allow).toBe('POST')
    expect(get.json()).toMatchObject({
      code: 'SENTINEL_METHOD_NOT_ALLOWED',
      message: 'GET is not allowed here; use POST',
    })
    const post = await app.inject({ method: 'DELETE', url: '/health' })
    expect(post.headers.allow).toBe('GET, HEAD')
  })

  test('a path that cannot be decoded gets 400', async () => {
    const answer = await (await shared()).inject('/%zz')
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('SENTINEL_INVALID_URL')
  })

  test('a refusal never repeats what it refused at length', async () => {
    const app = await shared()
    const long = 'x'.repeat(10_000)
    for (const answer of [
      await analyze(app, { latency: long, input_length: 1, errors: 0 }),
      await analyze(app, JSON.parse(GOOD), `?detail=${long}`),
      await app.inject(`/${long}`),
    ]) {
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.body.length).toBeLessThan(300)
    }
  })

  test('a failure inside says nothing of the inside', async () => {
    const app = await startApp()
    app.addHook('preHandler', () => {
      throw new Error('secret of the house')
    })
    const answer = await app.inject('/health/live')
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toEqual({
      statusCode: 500,
      code: 'SENTINEL_INTERNAL',
      error: 'Internal Server Error',
      message: 'the service failed; its log says why',
    })
  })

  test.each([
    [
      'two content lengths',
      `POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      400,
    ],
    [
      'a length and chunks',
      'POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
    ],
    ['an unknown verb', 'BREW /coffee HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['noise', '\u0000\u0001\u0002\r\n\r\n', 400],
    [
      'headers without end',
      `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
  ])('%s on the wire: a refusal in the shape of every other', async (_what, bytes, status) => {
    const app = await startApp()
    await app.listen({ host: '127.0.0.1', port: 0 })
    const answer = await exchange((app.server.address() as AddressInfo).port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ statusCode: status })
    expect(await historySize(app)).toBe(0)
  })
})

import * as zlib from 'node:zlib'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { BatchItems } from '#sentinel/http/batch/batch-items.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { ATTACK, historySize, NORMAL, startApp } from './subject.js'

const NDJSON = 'application/x-ndjson'

function send(
  app: App,
  payload: string | Buffer,
  type = NDJSON,
  query = '',
  others: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  const headers = { 'content-type': type, ...others }
  return app.inject({ method: 'POST', url: `/analyze-flow/batch${query}`, headers, payload })
}

const ndjson = (...records: readonly unknown[]): string =>
  records.map((each) => JSON.stringify(each)).join('\n')
const parsed = (answer: LightMyRequestResponse): unknown[] =>
  answer.body
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

test('NDJSON is answered in order, a line for each record, and a bad line rejects that line', async () => {
  const app = await startApp()
  const body = [ndjson(NORMAL), '', '{"latency": 12', ndjson({ ...NORMAL, errors: -1 }), ndjson(ATTACK)].join(
    '\r\n',
  )
  const answer = await send(app, body)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe(NDJSON)
  expect(parsed(answer)).toEqual([
    { line: 1, status: 'OK' },
    { line: 3, status: 'REJECTED', error: { code: 'SENTINEL_INVALID_JSON', message: expect.any(String) } },
    {
      line: 4,
      status: 'REJECTED',
      error: { code: 'SENTINEL_INVALID_BODY', message: expect.stringMatching(/^errors must be .*; got -1$/) },
    },
    {
      line: 5,
      status: 'THREAT_DETECTED',
      id: expect.any(String),
      action: 'freeze',
      reason: expect.any(String),
      prediction_score: expect.any(Number),
      confidence: expect.any(Number),
    },
  ])
  expect(await historySize(app)).toBe(2)
})

test('the id of a threat is that of its anomaly', async () => {
  const app = await startApp()
  const [threat] = parsed(await send(app, ndjson(ATTACK))) as { id: string }[]
  expect((await app.inject(`/anomalies/${threat?.id}`)).statusCode).toBe(200)
})

test.each([
  ['an array', (records: unknown) => records],
  ['an object with records', (records: unknown) => ({ records, sender: 'a shipper' })],
])('JSON, %s, is answered by figures and the anomalies', async (_, form) => {
  const app = await startApp()
  const answer = await send(app, JSON.stringify(form([NORMAL, 17, ATTACK])), 'application/json')
  expect(answer.json()).toEqual({
    accepted: 2,
    rejected: 1,
    threats: 1,
    errors: [
      { line: 2, status: 'REJECTED', error: expect.objectContaining({ code: 'SENTINEL_INVALID_BODY' }) },
    ],
    anomalies: [expect.objectContaining({ line: 3, status: 'THREAT_DETECTED' })],
  })
})

test('either form can be asked for, and the first 20 errors are shown', async () => {
  const app = await startApp()
  const bad = Array.from({ length: 30 }, () => ({}))
  const summary = (await send(app, ndjson(...bad, ATTACK), NDJSON, '?answer=summary')).json()
  expect(summary).toMatchObject({ accepted: 1, rejected: 30, threats: 1 })
  expect(summary.errors).toHaveLength(20)
  expect(summary).not.toHaveProperty('anomalies')
  const lines = await send(app, JSON.stringify([NORMAL]), 'application/json', '?answer=lines')
  expect(parsed(lines)).toEqual([{ line: 1, status: 'OK' }])
  expect((await send(app, ndjson(NORMAL), NDJSON, '?answer=all')).json().code).toBe('SENTINEL_INVALID_QUERY')
})

test('a batch gives the verdicts that the same records get one by one', async () => {
  const records = [...codeRunnerTraffic(40, 3), { ...ATTACK, route: '/run' }]
  const [single, batch] = [await startApp(), await startApp()]
  const one = []
  for (const payload of records)
    one.push((await single.inject({ method: 'POST', url: '/analyze-flow', payload })).json().status)
  expect(
    (parsed(await send(batch, ndjson(...records))) as { status: string }[]).map(({ status }) => status),
  ).toEqual(one)
  expect(await historySize(batch)).toBe(records.length)
})

test.each([
  ['no JSON at all', 'hello\nworld', NDJSON, 400, 'SENTINEL_INVALID_JSON'],
  ['broken JSON', '[{"latency"', 'application/json', 400, 'SENTINEL_INVALID_JSON'],
  ['an open list', '[', 'application/json', 400, 'SENTINEL_INVALID_JSON'],
  ['a number', '17', 'application/json', 400, 'SENTINEL_INVALID_BODY'],
  ['null', 'null', 'application/json', 400, 'SENTINEL_INVALID_BODY'],
  ['another type', 'latency,errors', 'text/csv', 415, 'SENTINEL_UNSUPPORTED_MEDIA_TYPE'],
  ['too many records', '{}\n'.repeat(100_002), NDJSON, 413, 'SENTINEL_BODY_TOO_LARGE'],
])('%s is refused whole', async (_, body, type, status, code) => {
  const app = await startApp()
  const answer = await send(app, body, type)
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect(await historySize(app)).toBe(0)
})

type Compress = (body: string) => Buffer
const { zstdCompressSync } = zlib as { zstdCompressSync?: Compress }
const ENCODINGS: [string, string, Compress][] = [
  ['gzip', 'gzip', gzipSync],
  ['GZIP', 'GZIP', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without its header', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
  ['identity', 'identity', Buffer.from],
]
if (zstdCompressSync !== undefined) ENCODINGS.push(['zstd', 'zstd', zstdCompressSync])

test.each(ENCODINGS)('a body may be compressed: %s', async (_, encoding, compress) => {
  const app = await startApp()
  const body = compress(ndjson(NORMAL, ATTACK))
  const answer = await send(app, body, NDJSON, '?answer=summary', { 'content-encoding': encoding })
  expect(answer.json()).toEqual({ accepted: 2, rejected: 0, threats: 1, errors: [] })
})

const whole = gzipSync(ndjson(NORMAL, NORMAL))
test.each([
  ['broken off', whole.subarray(0, -6), 'gzip', 400, 'SENTINEL_INVALID_REQUEST'],
  [
    'damaged',
    Buffer.from(whole.map((byte, i) => (i > 12 ? byte ^ 85 : byte))),
    'gzip',
    400,
    'SENTINEL_INVALID_REQUEST',
  ],
  ['not compressed', Buffer.from(ndjson(NORMAL)), 'gzip', 400, 'SENTINEL_INVALID_REQUEST'],
  ['a bomb', gzipSync(Buffer.alloc(17 * 2 ** 20, '\n')), 'gzip', 413, 'SENTINEL_BODY_TOO_LARGE'],
  ['of an unknown encoding', whole, 'lz4', 415, 'SENTINEL_UNSUPPORTED_MEDIA_TYPE'],
  ['compressed twice', whole, 'gzip, gzip', 415, 'SENTINEL_UNSUPPORTED_MEDIA_TYPE'],
])('a compressed body that is %s is refused whole', async (_, body, encoding, status, code) => {
  const app = await startApp()
  const answer = await send(app, body, NDJSON, '', { 'content-encoding': encoding })
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect(await historySize(app)).toBe(0)
  if (status === 415) expect(answer.headers['accept-encoding']).toMatch(/^gzip, deflate, br/)
})

test.each([
  [
    'objects one after the other',
    '{"latency":1,"input_length":2,"errors":0}{"latency":1,"input_length":2,"errors":0}',
    2,
    0,
  ],
  ['one object alone', '{"latency":1,"input_length":2,"errors":0}', 1, 0],
  ['objects with blanks between', '{"latency":1,"input_length":2,"errors":0}\n \t{"a":{"b":[1,"}{"]}}', 1, 1],
  [
    'a list with a bad element',
    '[{"latency":1,"input_length":2,"errors":0}, oops ,{"latency":1,"input_length":2,"errors":0}]',
    2,
    1,
  ],
  ['a list that is not closed', '[{"latency":1,"input_length":2,"errors":0},{"latency":1', 1, 1],
  ['a list that ends after a comma', '[{"latency":1,"input_length":2,"errors":0},', 1, 1],
  ['a list with something behind it', '[{"latency":1,"input_length":2,"errors":0}] {}', 1, 1],
  ['an empty list', '[]', 0, 0],
  [
    'an object with records behind other keys',
    '{"sender":{"records":[1]},"a":"\\"","records":[{"latency":1,"input_length":2,"errors":0}],"z":[{}]}',
    1,
    0,
  ],
  [
    'an object that is not closed behind its records',
    '{"records":[{"latency":1,"input_length":2,"errors":0}],"z":[',
    1,
    1,
  ],
  ['an object whose records are no list', '{"records":{"latency":1}}', 0, 1],
])('JSON may be %s', async (_, body, accepted, rejected) => {
  const answer = await send(await startApp(), body, 'application/json')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ accepted, rejected })
})

test('a line may hold several objects, and a record that is too large is rejected alone', async () => {
  const large = { ...NORMAL, padding: 'x'.repeat(17_000) }
  const body = `${ndjson(NORMAL)}${ndjson(NORMAL)} ${ndjson(NORMAL)}\n${ndjson(large, NORMAL)}`
  expect(parsed(await send(await startApp(), body))).toEqual([
    { line: 1, status: 'OK' },
    { line: 1, status: 'OK' },
    { line: 1, status: 'OK' },
    {
      line: 2,
      status: 'REJECTED',
      error: { code: 'SENTINEL_INVALID_JSON', message: 'a record is at most 16 KiB' },
    },
    { line: 3, status: 'OK' },
  ])
})

test('records are only tried out where nothing is to be learnt', async () => {
  const app = await startApp()
  const [ordinary, threat] = parsed(await send(app, ndjson(NORMAL, ATTACK), NDJSON, '?learn=false'))
  expect(ordinary).toEqual({ line: 1, status: 'OK' })
  expect(threat).toMatchObject({ line: 2, status: 'THREAT_DETECTED', reason: expect.any(String) })
  expect(threat).not.toHaveProperty('id')
  expect(await historySize(app)).toBe(0)
  expect((await app.inject('/anomalies')).json().anomalies).toEqual([])
})

test('a batch that is sent again under its key is judged once and answered alike', async () => {
  const app = await startApp()
  const key = { 'idempotency-key': 'batch-1' }
  const body = ndjson(NORMAL, ATTACK)
  const [first, meanwhile] = await Promise.all([
    send(app, body, NDJSON, '', key),
    send(app, body, NDJSON, '', key),
  ])
  const again = await send(app, body, NDJSON, '', key)
  expect([meanwhile.body, again.body]).toEqual([first.body, first.body])
  expect(again.headers['content-type']).toBe(first.headers['content-type'])
  expect(first.headers).not.toHaveProperty('idempotency-replayed')
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(await historySize(app)).toBe(2)
  const other = await send(app, ndjson(NORMAL), NDJSON, '', key)
  expect([other.statusCode, other.json().code]).toEqual([422, 'SENTINEL_IDEMPOTENCY_KEY_REUSED'])
})

test('of a repeated batch whose answer was long the figures are given', async () => {
  const app = await startApp()
  const key = { 'idempotency-key': 'batch-1' }
  const body = ndjson(...codeRunnerTraffic(4_000, 4))
  const first = await send(app, body, NDJSON, '', key)
  expect(parsed(first)).toHaveLength(4_000)
  expect((await send(app, body, NDJSON, '', key)).json()).toMatchObject({ accepted: 4_000, rejected: 0 })
})

test('a batch that was refused under a key may be sent again', async () => {
  const app = await startApp()
  const key = { 'idempotency-key': 'batch-1' }
  expect((await send(app, 'hello', NDJSON, '', key)).statusCode).toBe(400)
  expect((await send(app, ndjson(NORMAL), NDJSON, '', key)).statusCode).toBe(200)
})

test('an empty body holds no records', async () => {
  expect((await send(await startApp(), '\n', NDJSON, '?answer=summary')).json()).toMatchObject({
    accepted: 0,
  })
})

test('single requests are answered while a batch is judged, and a third batch is turned away', async () => {
  const app = await startApp()
  const body = ndjson(...codeRunnerTraffic(12_000, 4))
  let done = 0
  const batches = [send(app, body, NDJSON, '?answer=summary'), send(app, body, NDJSON, '?answer=summary')]
  for (const batch of batches) void batch.then(() => done++)
  // Bodies are read in portions, small ones sooner: both have begun once the next one is turned away.
  let third = await send(app, ndjson(NORMAL))
  while (third.statusCode === 200 && done === 0) third = await send(app, ndjson(NORMAL))
  const single = await app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL })
  expect(single.json().status).toBe('OK')
  expect(done).toBe(0)
  expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '1'])
  for (const batch of batches) expect((await batch).json()).toMatchObject({ accepted: 12_000, rejected: 0 })
  expect((await send(app, ndjson(NORMAL))).statusCode).toBe(200)
})

test.each([
  ['an array', 'application/json', (records: readonly string[]) => `[${records.join(',')}]`],
  ['an object', 'application/json', (records: readonly string[]) => `{"records":[${records.join(',')}]}`],
  ['objects one after the other', 'application/json', (records: readonly string[]) => records.join('')],
  ['one line of objects', NDJSON, (records: readonly string[]) => records.join('')],
  ['lines', NDJSON, (records: readonly string[]) => records.join('\n')],
])('%s is looked through in many turns, however short its items are', async (_, type, written) => {
  const bytes = Buffer.from(written(Array.from({ length: 60_000 }, () => JSON.stringify(NORMAL))))
  let turns = 0
  const finding = BatchItems.find(bytes, type === 'application/json', JSON.parse)
  let found = false
  void finding.then(() => {
    found = true
  })
  for (; !found; turns++) await new Promise(setImmediate)
  expect((await finding).size).toBe(60_000)
  // Some 3 MB, of which 128 KiB are looked through in a turn.
  expect(turns).toBeGreaterThan(15)
})

test('a long answer is sent in pieces, whole and in order', async () => {
  const app = await startApp()
  const records = Array.from({ length: 6000 }, (_, i) =>
    i % 1000 === 999 ? { ...ATTACK, route: `/a${i}` } : NORMAL,
  )
  const lines = parsed(await send(app, ndjson(...records))) as { line: number }[]
  expect(lines.map(({ line }) => line)).toEqual(records.map((_, i) => i + 1))
  const attacks = Array.from({ length: 1000 }, () => ATTACK)
  const told = (await send(app, JSON.stringify(attacks), 'application/json')).json()
  expect(told).toMatchObject({ accepted: 1000, rejected: 0, errors: [] })
  expect(told.anomalies).toHaveLength(told.threats)
  expect(told.threats).toBeGreaterThan(300)
})

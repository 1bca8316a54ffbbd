import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { ATTACK, historySize, NORMAL, startApp } from './subject.js'

const NDJSON = 'application/x-ndjson'

function send(app: App, payload: string, type = NDJSON, query = ''): Promise<LightMyRequestResponse> {
  const headers = { 'content-type': type }
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
  ['no list', '{"latency":1}', 'application/json', 400, 'SENTINEL_INVALID_BODY'],
  ['null', 'null', 'application/json', 400, 'SENTINEL_INVALID_BODY'],
  ['another type', 'latency,errors', 'text/csv', 415, 'SENTINEL_UNSUPPORTED_MEDIA_TYPE'],
  ['too many records', '{}\n'.repeat(100_002), NDJSON, 413, 'SENTINEL_BODY_TOO_LARGE'],
])('%s is refused whole', async (_, body, type, status, code) => {
  const app = await startApp()
  const answer = await send(app, body, type)
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect(await historySize(app)).toBe(0)
})

test('an empty body holds no records', async () => {
  expect((await send(await startApp(), '\n', NDJSON, '?answer=summary')).json()).toMatchObject({
    accepted: 0,
  })
})

test('single requests are answered while a batch is judged, and a third batch is turned away', async () => {
  const app = await startApp()
  const body = ndjson(...codeRunnerTraffic(5_000, 4))
  let done = 0
  const batches = [send(app, body, NDJSON, '?answer=summary'), send(app, body, NDJSON, '?answer=summary')]
  for (const batch of batches) void batch.then(() => done++)
  const single = await app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL })
  expect(single.json().status).toBe('OK')
  expect(done).toBe(0)
  const third = await send(app, ndjson(NORMAL))
  expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '1'])
  for (const batch of batches) expect((await batch).json()).toMatchObject({ accepted: 5000, rejected: 0 })
  expect((await send(app, ndjson(NORMAL))).statusCode).toBe(200)
})

import { expect, test } from 'vitest'
import { ATTACK, historySize, metric, NORMAL, startApp } from '../subject.js'

type App = Awaited<ReturnType<typeof startApp>>

function send(app: App, key: string, payload: object = NORMAL, query = '') {
  const headers = { 'idempotency-key': key }
  return app.inject({ method: 'POST', url: `/analyze-flow${query}`, payload, headers })
}

test('a record sent again under its key counts once and gets the first answer', async () => {
  const app = await startApp()
  const first = await send(app, 'request-1', ATTACK, '?detail=true')
  const again = await send(app, 'request-1', ATTACK, '?detail=true')
  expect(first.json().status).toBe('THREAT_DETECTED')
  expect(again.statusCode).toBe(200)
  expect(again.body).toBe(first.body)
  expect(again.headers['x-anomaly-id']).toBe(first.headers['x-anomaly-id'])
  expect(first.headers).not.toHaveProperty('idempotency-replayed')
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(await historySize(app)).toBe(1)
  expect(await metric(app, 'sentinel_anomalies_total')).toEqual({ '': 1 })
  expect(await metric(app, 'sentinel_replayed_answers_total')).toEqual({ '': 1 })
})

test('requests under one key that arrive together count once', async () => {
  const app = await startApp()
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(app, 'request-1', ATTACK)))
  expect(new Set(answers.map((answer) => answer.body)).size).toBe(1)
  expect(new Set(answers.map((answer) => answer.headers['x-anomaly-id'])).size).toBe(1)
  expect(await historySize(app)).toBe(1)
})

test('one that is refused stops none of those that arrive beside it', async () => {
  const app = await startApp()
  const sent = [
    send(app, 'a'),
    send(app, 'a', ATTACK),
    send(app, 'b'),
    send(app, 'b', ATTACK),
    send(app, 'c'),
  ]
  const answers = await Promise.all(sent)
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 422, 200, 422, 200])
  expect(await historySize(app)).toBe(3)
})

test('other keys and requests without one count each', async () => {
  const app = await startApp()
  await send(app, 'a')
  await send(app, 'b')
  for (let n = 0; n < 2; n++) await app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL })
  expect(await historySize(app)).toBe(4)
})

test('a key that comes with another record, or asks for another answer, is refused', async () => {
  const app = await startApp()
  await send(app, 'a')
  for (const answer of [await send(app, 'a', ATTACK), await send(app, 'a', NORMAL, '?detail=true')]) {
    expect(answer.statusCode).toBe(422)
    expect(answer.json().code).toBe('SENTINEL_IDEMPOTENCY_KEY_REUSED')
  }
  expect(await historySize(app)).toBe(1)
})

test('a refused record takes no key', async () => {
  const app = await startApp()
  expect((await send(app, 'a', { latency: -1 })).statusCode).toBe(400)
  expect((await send(app, 'a')).statusCode).toBe(200)
})

test.each(['', 'two words', 'k'.repeat(256), 'ümlaut'])('the key %j is refused', async (key) => {
  const app = await startApp()
  const answer = await send(app, key)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().code).toBe('SENTINEL_INVALID_IDEMPOTENCY_KEY')
  expect(await historySize(app)).toBe(0)
})

test('only the last keys are remembered, and none where none shall be', async () => {
  const app = await startApp({ SENTINEL_IDEMPOTENCY_MAX: '2' })
  for (const key of ['a', 'b', 'c', 'b', 'a']) await send(app, key)
  expect(await historySize(app)).toBe(4)
  const forgetful = await startApp({ SENTINEL_IDEMPOTENCY_MAX: '0' })
  for (const key of ['a', 'a']) await send(forgetful, key)
  expect(await historySize(forgetful)).toBe(2)
})

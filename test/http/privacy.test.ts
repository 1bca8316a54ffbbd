import { expect, test } from 'vitest'
import { ATTACK, analyze, startApp } from './subject.js'

const USER = 'alice.liddell@example.org'
const TOKEN = 'a-token-nobody-may-see'
/** Ends a line, moves a cursor, turns text around, hides, and is a line of a log by itself. */
const FORGERY =
  '/x\r\n{"level":"info","msg":"forged"}\u001b[2K\u001b[1A\u0000\u007f\u009b31m\u2028\u2029\u202e\u200b\ufeff'

test('whatever a request carries, each log line is one visible line of JSON and none is forged', async () => {
  const lines: string[] = []
  const app = await startApp(
    { SENTINEL_LOG_LEVEL: 'trace', SENTINEL_API_TOKEN: TOKEN },
    { logger: { stream: { write: (line) => void lines.push(line) } } },
  )
  const authorization = `Bearer ${TOKEN}`
  for (const payload of [
    { ...ATTACK, route: FORGERY, user_id: USER, timestamp: USER },
    { ...ATTACK, route: FORGERY.repeat(20), user_id: USER },
    { ...ATTACK, latency: FORGERY },
    { ...ATTACK, [FORGERY]: FORGERY },
    { [FORGERY]: { [USER]: FORGERY } },
    { ...ATTACK, user_id: [USER] },
  ]) {
    const headers = { authorization, 'x-request-id': 'forged', 'user-agent': USER }
    await app.inject({ method: 'POST', url: '/analyze-flow', payload, headers })
    await app.inject({ method: 'POST', url: '/analyze-flow', payload })
    await app.inject({ url: `/nowhere?user=${USER}&${encodeURIComponent(FORGERY)}`, headers })
    await app.inject({ url: `/%0d%0aforged${encodeURIComponent(FORGERY)}%zz`, headers })
    await app.inject({ url: '/health', headers: { host: 'forged.example' } })
  }
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    expect(line.endsWith('\n')).toBe(true)
    expect(line.slice(0, -1)).not.toMatch(
      /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u,
    )
    expect(JSON.parse(line).msg).not.toBe('forged')
    expect(line.length).toBeLessThan(4000)
    expect(line).not.toContain('alice')
    expect(line).not.toContain(TOKEN)
  }
})

test('who made a request is found nowhere afterwards', async () => {
  const app = await startApp({ SENTINEL_API_TOKEN: TOKEN })
  const headers = { authorization: `Bearer ${TOKEN}` }
  const record = { ...ATTACK, route: '/orders/4711?customer=alice.liddell', user_id: USER }
  const answer = await app.inject({
    method: 'POST',
    url: '/analyze-flow?detail=true',
    payload: record,
    headers,
  })
  expect(answer.body).not.toContain('alice')
  for (const url of ['/metrics', '/health', `/anomalies/${answer.headers['x-anomaly-id']}`]) {
    const { body } = await app.inject({ url, headers })
    expect(body).not.toContain(USER)
    expect(body).not.toContain(TOKEN)
  }
})

test('no label names a path, a route or a user that a client made up', async () => {
  const app = await startApp()
  for (let n = 0; n < 50; n++) {
    await app.inject(`/made-up-${n}`)
    await analyze(app, { ...ATTACK, route: `/made-up-${n}`, user_id: `made-up-${n}` })
  }
  expect((await app.inject('/metrics')).body).not.toContain('made-up')
})

test('errors are bounded, however large what caused them', async () => {
  const app = await startApp()
  const long = 'x'.repeat(10_000)
  for (const payload of [{ [long]: 1 }, { ...ATTACK, latency: long }, { ...ATTACK, route: long }]) {
    expect((await analyze(app, payload)).body.length).toBeLessThan(400)
  }
  expect((await app.inject(`/anomalies/${long}`)).body.length).toBeLessThan(400)
  expect((await app.inject(`/anomalies?limit=${long}`)).body.length).toBeLessThan(400)
  expect((await analyze(app, ATTACK, `?detail=${long}`)).body.length).toBeLessThan(400)
})

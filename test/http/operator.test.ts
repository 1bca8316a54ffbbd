import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Operator } from '#sentinel/alerts/operator/operator.js'
import { OperatorError } from '#sentinel/alerts/operator/operator-error.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import type { App } from '#sentinel/http/app.js'
import { madeUpTraffic } from '../../made-up/traffic.js'
import { analyze, firstForest, historySize, metric, startApp } from './subject.js'

const traffic = madeUpTraffic(400, 3)
const SLOW = { latency: 9000, input_length: 900, errors: 0, route: '/analyze' }
/** Few ordinary records alert, and the first forest stays. */
const QUIET = { SENTINEL_CONTAMINATION: '0.01', SENTINEL_RETRAIN_EVERY: '100000' }

async function learn(app: App, n = 150): Promise<void> {
  for (const [i, record] of traffic.slice(0, n).entries()) {
    await analyze(app, record)
    if (i === 49) await firstForest(app)
  }
}

async function taught(environment: Record<string, string> = {}): Promise<App> {
  const app = await startApp({ ...QUIET, ...environment })
  await learn(app)
  return app
}

async function idOf(app: App, record: object): Promise<string> {
  const answer = await analyze(app, record)
  expect(answer.json().status).toBe('THREAT_DETECTED')
  return String(answer.headers['x-anomaly-id'])
}

async function post(app: App, url: string, payload: object) {
  const answer = await app.inject({ method: 'POST', url, payload })
  return { status: answer.statusCode, body: answer.json() }
}

async function get(app: App, url: string) {
  return (await app.inject(url)).json()
}

describe('POST /anomalies/:id/feedback', () => {
  test('expected: records like it are answered OK, and the anomaly shows what was said', async () => {
    const app = await taught()
    const id = await idOf(app, SLOW)
    expect((await get(app, `/anomalies/${id}`)).feedback).toBeNull()
    const said = await post(app, `/anomalies/${id}/feedback`, {
      verdict: 'expected',
      note: 'reports',
      days: 2,
    })
    expect(said.status).toBe(200)
    expect(said.body).toMatchObject({
      feedback: { verdict: 'expected', note: 'reports' },
      mute: { id: 'mute-1', route: '/analyze', feature: 'latency', direction: 'high', source: id, muted: 0 },
      never_learnt: null,
      forgotten: null,
      reach: { records: 151, matching: 1 },
      warning: null,
    })
    expect((await analyze(app, SLOW)).body).toBe('{"status":"OK"}')
    expect((await analyze(app, SLOW, '?detail=true')).json()).toMatchObject({
      status: 'OK',
      detail: { contributions: expect.any(Array) },
    })
    expect((await get(app, `/anomalies/${id}`)).feedback).toEqual(said.body.feedback)
    expect((await get(app, '/mutes')).mutes).toEqual([{ ...said.body.mute, muted: 2 }])
    expect(await metric(app, 'sentinel_anomalies_total')).toEqual({
      '': (await get(app, '/anomalies')).anomalies.length,
    })
    expect((await app.inject({ method: 'DELETE', url: '/mutes/mute-1' })).statusCode).toBe(204)
    expect((await get(app, '/mutes')).mutes).toEqual([])
    expect((await analyze(app, SLOW)).json().status).toBe('THREAT_DETECTED')
  })

  test('threat: it is never learnt, and is listed', async () => {
    const app = await taught()
    const id = await idOf(app, SLOW)
    const { body } = await post(app, `/anomalies/${id}/feedback`, { verdict: 'threat' })
    expect(body).toMatchObject({
      feedback: { verdict: 'threat', note: null },
      mute: null,
      never_learnt: { id: 'never-1', kept_out: 0 },
      forgotten: {
        baseline: expect.any(Number),
        profiles: expect.any(Number),
        set_aside: expect.any(Number),
      },
    })
    const before = await historySize(app)
    await analyze(app, SLOW)
    expect(await historySize(app)).toBe(before)
    expect((await get(app, '/mutes')).never_learnt).toMatchObject([{ id: 'never-1', kept_out: 1 }])
  })

  test('what concerns much of the traffic is refused until it is confirmed', async () => {
    const app = await taught()
    for (let i = 0; i < 20; i++) await analyze(app, { ...SLOW, latency: 9000 + i })
    const id = await idOf(app, SLOW)
    const url = `/anomalies/${id}/feedback`
    const refused = await post(app, url, { verdict: 'expected' })
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'SENTINEL_CONFIRM_NEEDED', error: 'Conflict' },
    })
    expect(refused.body.message).toMatch(/^12% of the last 171 records, .*; send "confirm": true with it/)
    expect((await get(app, '/mutes')).mutes).toEqual([])
    const confirmed = await post(app, url, { verdict: 'expected', confirm: true })
    expect(confirmed.status).toBe(200)
    expect(confirmed.body.warning).toMatch(/^12% of the last 171 records/)
  })

  test.each([
    [{}, 'verdict is missing; it must be expected or threat'],
    [{ verdict: 'fine' }, 'verdict must be expected or threat; got a string'],
    [{ verdict: 'expected', days: 0 }, 'days must be a whole number from 1 to 90; got 0'],
    [{ verdict: 'expected', days: 91 }, 'days must be a whole number from 1 to 90; got 91'],
    [{ verdict: 'expected', days: '7' }, 'days must be a whole number from 1 to 90; got a string'],
    [{ verdict: 'expected', confirm: 'yes' }, 'confirm must be a boolean; got a string'],
    [
      { verdict: 'threat', note: 'x'.repeat(501) },
      'note must be a string of at most 500 characters; got a string of 501 characters',
    ],
  ])('refuses %o and says what is allowed', async (payload, message) => {
    const app = await startApp()
    expect(await post(app, '/anomalies/19b76daa800-0000/feedback', payload)).toEqual({
      status: 400,
      body: { statusCode: 400, code: 'SENTINEL_INVALID_BODY', error: 'Bad Request', message },
    })
  })

  test('does not know what is not kept', async () => {
    const app = await startApp()
    const payload = { verdict: 'expected' }
    const unknown = { status: 404, body: { code: 'SENTINEL_NOT_FOUND' } }
    expect(await post(app, '/anomalies/19b76daa800-0000/feedback', payload)).toMatchObject(unknown)
    expect(await post(app, '/incidents/19b76daa800-0000/feedback', payload)).toMatchObject(unknown)
    expect(await post(app, '/anomalies/x/feedback', payload)).toMatchObject({ status: 400 })
    const ended = await app.inject({ method: 'DELETE', url: '/mutes/mute-1' })
    expect([ended.statusCode, ended.json().code]).toEqual([404, 'SENTINEL_NOT_FOUND'])
  })

  test('a body above the limit is refused', async () => {
    const payload = { verdict: 'expected', note: 'x'.repeat(17_000) }
    expect((await post(await startApp(), '/anomalies/19b76daa800-0000/feedback', payload)).status).toBe(413)
  })
})

test('POST /incidents/:id/feedback hands the word on, and the refusal back', async () => {
  const heard = vi.spyOn(Operator.prototype, 'onIncident').mockImplementation(() => {
    throw new OperatorError('conflict', 'there are 100 mutes')
  })
  onTestFinished(() => heard.mockRestore())
  const id = '19b76daa800-0000'
  expect(await post(await startApp(), `/incidents/${id}/feedback`, { verdict: 'threat' })).toMatchObject({
    status: 409,
    body: { code: 'SENTINEL_CONFLICT', message: 'there are 100 mutes' },
  })
  expect(heard).toHaveBeenCalledWith(id, { verdict: 'threat' })
})

describe('/learning', () => {
  test('pauses, says until when, and goes on when told', async () => {
    const app = await taught()
    const before = await historySize(app)
    const paused = await post(app, '/learning', { paused: true })
    expect(paused.body).toEqual({
      paused: true,
      paused_until: expect.stringMatching(/^\d{4}-.*Z$/),
      samples: before,
      samples_needed: 0,
      mutes: 0,
      never_learnt: 0,
    })
    const minutes = (Date.parse(paused.body.paused_until) - Date.now()) / 60_000
    expect(minutes).toBeGreaterThan(29)
    expect(minutes).toBeLessThanOrEqual(30)
    await analyze(app, traffic[200] as object)
    expect(await historySize(app)).toBe(before)
    expect(await get(app, '/learning')).toEqual(paused.body)
    for (let i = 0; i < 2; i++) {
      const resumed = await post(app, '/learning', { paused: false })
      expect(resumed.body).toMatchObject({ paused: false, paused_until: null })
    }
    await analyze(app, traffic[200] as object)
    expect(await historySize(app)).toBe(before + 1)
  })

  test('reset forgets a route, or everything', async () => {
    const app = await taught()
    const one = await post(app, '/learning/reset', { route: '/analyze?x=1' })
    expect(one).toMatchObject({ status: 200, body: { route: '/analyze' } })
    expect(one.body.forgotten.baseline).toBeGreaterThan(10)
    expect(await post(app, '/learning/reset', {})).toEqual({
      status: 200,
      body: { route: null, forgotten: null },
    })
    expect(await get(app, '/learning')).toMatchObject({ samples: 0, samples_needed: 50 })
    expect(await get(app, '/health')).toMatchObject({ history_size: 0, detector_trained: false })
  })

  test('changed is taken for a route, or all', async () => {
    const app = await taught()
    expect(await post(app, '/learning/changed', {})).toEqual({ status: 200, body: { route: null } })
    expect((await post(app, '/learning/changed', { route: '/users/17' })).body).toEqual({ route: '/users/*' })
  })

  test.each([
    ['/learning', {}, 'paused is missing; it must be a boolean'],
    ['/learning', { paused: true, minutes: 0 }, 'minutes must be a whole number from 1 to 1440; got 0'],
    ['/learning', { paused: 1 }, 'paused must be a boolean; got 1'],
    ['/learning/reset', { route: 7 }, 'route must be a string of at most 2048 characters; got 7'],
    ['/learning/changed', [], 'the body must be a JSON object; got an array'],
  ])('%s refuses %o and says what is allowed', async (url, payload, message) => {
    const { status, body } = await post(await startApp(), url, payload)
    expect([status, body.message]).toEqual([400, message])
  })

  test('a reset without a body is no reset', async () => {
    const app = await taught()
    const before = await historySize(app)
    const answer = await app.inject({ method: 'POST', url: '/learning/reset' })
    expect(answer.json().code).toBe('SENTINEL_EMPTY_BODY')
    expect(await historySize(app)).toBe(before)
  })

  test('beside a given forest is refused, and the reason is said', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-operator-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const forest = await IsolationForest.create({ nFeatures: 3 })
    forest.fit(traffic.map(({ latency, input_length, errors }) => [latency, input_length, errors]))
    const SENTINEL_FOREST = join(dir, 'forest.bin')
    await writeFile(SENTINEL_FOREST, forest.toBytes())
    const app = await startApp({ SENTINEL_FOREST })
    for (const [url, payload] of [
      ['/learning', { paused: true }],
      ['/learning/reset', {}],
      ['/learning/changed', {}],
    ] as const) {
      const { status, body } = await post(app, url, payload)
      expect([status, body.code]).toEqual([409, 'SENTINEL_CONFLICT'])
      expect(body.message).toContain('a given forest judges, and nothing is learnt')
    }
    expect((await app.inject('/learning')).statusCode).toBe(200)
  })
})

test('a restart keeps what operators said, also when no record came after it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-operator-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const first = await taught({ SENTINEL_STATE_DIR: dir })
  const id = await idOf(first, SLOW)
  await first.close()
  const second = await startApp({ ...QUIET, SENTINEL_STATE_DIR: dir })
  const { body } = await post(second, `/anomalies/${id}/feedback`, { verdict: 'expected' })
  const paused = await post(second, '/learning', { paused: true, minutes: 60 })
  await second.close()
  const third = await startApp({ ...QUIET, SENTINEL_STATE_DIR: dir })
  expect((await get(third, '/mutes')).mutes).toEqual([body.mute])
  expect((await get(third, `/anomalies/${id}`)).feedback).toEqual(body.feedback)
  expect(await get(third, '/learning')).toEqual(paused.body)
  expect((await analyze(third, SLOW)).body).toBe('{"status":"OK"}')
})

test('every one of these paths asks for the token, and a configured page may DELETE', async () => {
  const page = 'https://dashboard.example'
  const app = await startApp({ SENTINEL_API_TOKEN: 'hush-hush', SENTINEL_CORS_ORIGINS: page })
  const calls = [
    ['POST', '/anomalies/19b76daa800-0000/feedback'],
    ['POST', '/incidents/i-1/feedback'],
    ['GET', '/mutes'],
    ['DELETE', '/mutes/mute-1'],
    ['GET', '/learning'],
    ['POST', '/learning'],
    ['POST', '/learning/reset'],
    ['POST', '/learning/changed'],
  ] as const
  for (const [method, url] of calls) expect((await app.inject({ method, url })).statusCode).toBe(401)
  const headers = { origin: page, 'access-control-request-method': 'DELETE' }
  const asked = await app.inject({ method: 'OPTIONS', url: '/mutes/mute-1', headers })
  expect(asked.headers['access-control-allow-methods']).toContain('DELETE')
})

test('an operator’s word is one line of the log, whatever is in it', async () => {
  const lines: string[] = []
  const app = await startApp({}, { logger: { stream: { write: (line) => lines.push(line) } } })
  await post(app, '/learning/changed', { route: '/a\nb\u202e' })
  const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).startsWith('operator: '))
  expect(told).toMatchObject([{ level: 'info', msg: 'operator: a change is expected', route: '/a b' }])
})

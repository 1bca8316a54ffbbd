import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import type { App } from '#sentinel/http/app.js'
import { SLOW } from '../explain/verdicts.js'
import { sharedApps, startApp } from './subject.js'

const shared = sharedApps()

const SLOW_RECORD = { latency: 9000.5, input_length: 1800, errors: 2 }
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`

async function report(app: App, record: object, headers: Record<string, string> = {}) {
  const payload = { ...SLOW_RECORD, ...record }
  const answer = await app.inject({ method: 'POST', url: '/analyze-flow', payload, headers })
  expect(answer.json().status).toBe('THREAT_DETECTED')
}

async function listed(app: App, query = '') {
  const answer = await app.inject(`/anomalies${query}`)
  return answer.json().anomalies as { id: string; route: string | null; record: Record<string, unknown> }[]
}

describe('what is kept of a reported record', () => {
  test('is in the list, the single anomaly and the log: values, timestamp and trace, but not the user', async () => {
    const lines: Record<string, unknown>[] = []
    const app = await startApp({}, { logger: { stream: { write: (line) => lines.push(JSON.parse(line)) } } })
    const record = { route: '/a', user_id: 'alice', timestamp: '2026-11-25T10:05:03+01:00' }
    await report(app, record, { traceparent: TRACEPARENT })
    const expected = {
      latency: 9000.5,
      input_length: 1800,
      errors: 2,
      timestamp: '2026-11-25T10:05:03+01:00',
      trace_id: TRACE,
    }
    const [one] = await listed(app)
    expect(one?.record).toEqual(expected)
    expect((await app.inject(`/anomalies/${one?.id}`)).json().record).toEqual(expected)
    expect(lines.find(({ msg }) => msg === 'anomaly')?.record).toEqual(expected)
    expect(JSON.stringify([one, lines])).not.toContain('alice')
  })

  test.each([
    ['the field', { traceparent: TRACEPARENT }, {}, TRACE],
    [
      'the field before the header',
      { traceparent: TRACEPARENT },
      { traceparent: TRACEPARENT.replace('4bf', '000') },
      TRACE,
    ],
    ['the header where the field is malformed', { traceparent: 'x' }, { traceparent: TRACEPARENT }, TRACE],
    ['a later version', { traceparent: `cc-${TRACE}-00f067aa0ba902b7-01-more` }, {}, TRACE],
    ['nothing', {}, {}, null],
    ['a malformed header', {}, { traceparent: `00-${TRACE}` }, null],
    ['zeros', {}, { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }, null],
    ['a forbidden version', {}, { traceparent: `ff-${TRACE}-00f067aa0ba902b7-01` }, null],
  ])('has the trace of %s', async (_, record, headers, trace) => {
    const app = await startApp()
    await report(app, record, headers as Record<string, string>)
    expect((await listed(app))[0]?.record.trace_id).toBe(trace)
  })

  test.each([
    [1_790_000_000, 1_790_000_000],
    ['1790000000.5', '1790000000.5'],
    ['Wed, 25 Nov 2026 10:05:03 GMT', '2026-11-25T10:05:03.000Z'],
    ['alice@example.org', null],
    ['', null],
  ])('has a timestamp that is a time: %j', async (timestamp, shown) => {
    const app = await startApp()
    await report(app, { timestamp })
    expect((await listed(app))[0]?.record.timestamp).toBe(shown)
  })
})

describe('routes of anomalies', () => {
  test.each([
    ['/a?token=s3cret&email=eve@example.org', '/a'],
    ['/a#access_token=s3cret', '/a'],
    ['/a%3Ftoken=s3cret', '/a'],
    ['/a;jsessionid=s3cret/b;v=s3cret', '/a/b'],
    ['GET https://eve:s3cret@host.example/a?x=s3cret', 'GET https://host.example/a'],
    ['?token=s3cret', null],
  ])('are without what callers put behind them: %s', async (route, shown) => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-routes-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const app = await startApp({ SENTINEL_STATE_DIR: dir })
    await report(app, { route })
    expect((await listed(app))[0]?.route).toBe(shown)
    await app.close()
    const state = (await readFile(join(dir, 'sentinel.state'))).toString('latin1')
    expect(state).toContain('THREAT_DETECTED')
    expect(state).not.toContain('s3cret')
  })

  test('of an older state are cleaned when it is read', () => {
    const log = new AnomalyLog()
    const { detail, ...old } = log.add({ verdict: SLOW, reason: 'r', route: '/a' })
    const restored = new AnomalyLog()
    restored.restore([{ ...old, detail, route: '/a?token=s3cret' }])
    expect(restored.list()[0]?.route).toBe('/a')
  })
})

describe('GET /anomalies', () => {
  async function some(): Promise<App> {
    const app = await startApp()
    await report(app, { route: '/users/17' })
    await report(app, { route: '/b', latency: 50_000 })
    await report(app, { latency: 6000, errors: 90 })
    return app
  }

  const routes = async (app: App, query: string) => (await listed(app, query)).map(({ route }) => route)

  test('chooses by route, as it is shown or by its name, and those without one', async () => {
    const app = await some()
    expect(await routes(app, '?route=/users/17')).toEqual(['/users/17'])
    expect(await routes(app, '?route=/users/*')).toEqual(['/users/17'])
    expect(await routes(app, '?route=/b?x=1')).toEqual(['/b'])
    expect(await routes(app, '?route=')).toEqual([null])
    expect(await routes(app, '?route=/c')).toEqual([])
  })

  test('chooses by feature, score and confidence, and a limit counts what was chosen', async () => {
    const app = await some()
    expect(await routes(app, '?feature=errors')).toEqual([null])
    expect(await routes(app, '?feature=latency')).toEqual(['/b', '/users/17'])
    expect(await routes(app, '?min_score=0.9')).toEqual([null, '/b'])
    expect(await routes(app, '?min_confidence=0.9')).toEqual([null, '/b'])
    expect(await routes(app, '?min_score=0.9&feature=latency&limit=1')).toEqual(['/b'])
  })

  test('chooses by time: up to an id, and before a time', async () => {
    const app = await some()
    const [newest, middle, oldest] = await listed(app)
    expect(await routes(app, `?until=${middle?.id}`)).toEqual(['/b', '/users/17'])
    expect(await routes(app, `?since=${oldest?.id}&until=${middle?.id}`)).toEqual(['/b'])
    expect(await routes(app, '?until=2020-01-01')).toEqual([])
    expect(await routes(app, '?until=2999-01-01T00:00:00Z')).toHaveLength(3)
    expect(newest?.route).toBeNull()
  })

  test.each([
    ['/anomalies?rotue=/b', /no parameter "rotue".*route, feature, min_score/],
    ['/anomalies?feature=heat', /feature must be one of latency, input_length, errors/],
    ['/anomalies?min_score=high', /min_score must be a number from 0 to 1/],
    ['/anomalies?min_confidence=1.5', /min_confidence must be a number from 0 to 1/],
    ['/anomalies?min_score=', /min_score must be/],
    ['/anomalies?until=tomorrow', /until must be an anomaly id/],
    ['/anomalies/19b76daa800-0000?detial=true', /no parameter "detial"/],
    ['/anomalies/stream?route=/b', /no parameter "route"/],
    ['/incidents?min_score=1', /no parameter "min_score"/],
    ['/incidents/19b76daa800-0000?x=1', /no parameter "x"/],
    ['/mutes?route=/b', /no parameter "route"/],
    ['/learning?x=1', /no parameter "x"/],
  ])('%s is refused with what is allowed', async (url, message) => {
    const answer = await (await shared()).inject(url)
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'SENTINEL_INVALID_QUERY'])
    expect(answer.json().message).toMatch(message)
  })

  test.each(['/health?x=1', '/health/live?x=1', '/metrics?x=1', '/docs?x=1'])('%s is not', async (url) => {
    expect((await (await shared()).inject(url)).statusCode).toBe(200)
  })
})

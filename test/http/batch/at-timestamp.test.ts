import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'
import { analyze, NORMAL, startApp } from '../subject.js'

const START_MS = Date.UTC(2026, 0, 1)
const ATTACK_AT = 4000

/** An hour of ordinary traffic, then two minutes in which a route is slow, then ordinary traffic again. */
function history(): Record<string, unknown>[] {
  return codeRunnerTraffic(6000, 9).map((record, i) => ({
    ...record,
    latency: i >= ATTACK_AT && i < ATTACK_AT + 120 ? record.latency * 40 : record.latency,
    timestamp: new Date(START_MS + i * 1000).toISOString(),
  }))
}

function send(app: App, records: readonly unknown[], query: string): Promise<LightMyRequestResponse> {
  const payload = records.map((record) => JSON.stringify(record)).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  return app.inject({ method: 'POST', url: `/analyze-flow/batch${query}`, headers, payload })
}

interface Told {
  readonly incidents: readonly { readonly opened: string; readonly closed: string | null }[]
}

test('history is judged, learnt and told of at the times of its records', async () => {
  const app = await startApp()
  const answer = await send(app, history(), '?at=timestamp&answer=summary')
  expect(answer.json()).toMatchObject({ accepted: 6000, rejected: 0 })
  const { incidents } = (await app.inject('/incidents')).json() as Told
  const during = incidents.filter(({ opened }) => {
    const second = (Date.parse(opened) - START_MS) / 1000
    return second >= ATTACK_AT && second <= ATTACK_AT + 120
  })
  expect(during.length).toBeGreaterThan(0)
  // The minute without anything odd was one of the records, not of the machine.
  for (const { closed } of during) expect(Date.parse(closed ?? '')).toBeLessThan(START_MS + 6000 * 1000)
  for (const { opened } of incidents) expect(Date.parse(opened)).toBeLessThan(START_MS + 6000 * 1000)
  const { anomalies } = (await app.inject('/anomalies?limit=1')).json()
  expect(Date.parse(anomalies[0].timestamp)).toBeLessThan(START_MS + 6000 * 1000)
  expect((await app.inject('/health')).json()).toMatchObject({ history_size: 1000 })
})

test('without it the same records are judged as having come now', async () => {
  const app = await startApp()
  await send(app, history(), '?answer=summary')
  const { incidents } = (await app.inject('/incidents')).json() as Told
  for (const { opened } of incidents) expect(Date.parse(opened)).toBeGreaterThan(START_MS + 6000 * 1000)
})

test('a record that does not say when it came is rejected alone', async () => {
  const app = await startApp()
  const records = [NORMAL, { ...NORMAL, timestamp: 'soon' }, { ...NORMAL, timestamp: 1767225600 }]
  const lines = (await send(app, records, '?at=timestamp')).body.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      line: 1,
      status: 'REJECTED',
      error: { code: 'SENTINEL_INVALID_BODY', message: expect.stringMatching(/^timestamp/) },
    },
    {
      line: 2,
      status: 'REJECTED',
      error: { code: 'SENTINEL_INVALID_BODY', message: expect.stringMatching(/^timestamp/) },
    },
    { line: 3, status: 'OK' },
  ])
})

test('time goes back for nobody, nor ahead of the machine', async () => {
  const app = await startApp()
  const before = Date.now()
  await analyze(app, NORMAL)
  const far = { latency: 9000, input_length: 1, errors: 9 }
  await send(
    app,
    [
      { ...far, timestamp: 1 },
      { ...far, timestamp: '2999-01-01T00:00:00Z' },
    ],
    '?at=timestamp',
  )
  const { anomalies } = (await app.inject('/anomalies')).json()
  expect(anomalies).toHaveLength(2)
  for (const { timestamp } of anomalies) {
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(Date.now())
  }
})

test.each([
  ['?at=timestamp&learn=false', 'contradict each other'],
  ['?at=now', 'at must be timestamp'],
])('%s is refused whole', async (query, message) => {
  const app = await startApp()
  const answer = await send(app, [NORMAL], query)
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'SENTINEL_INVALID_QUERY'])
  expect(answer.json().message).toContain(message)
  expect((await app.inject('/health')).json()).toMatchObject({ history_size: 0 })
})

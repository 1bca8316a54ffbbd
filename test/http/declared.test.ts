import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { analyze, metric, startApp } from './subject.js'

const SETTINGS = `
alert_rate: 0.01
telemetry:
  route: [/service, /job]
  id: /id
  features:
    - { name: duration, from: /timing/seconds, unit: s, label: running time, limit: 3600 }
    - { name: retries, missing: 0, phrases: { high: More attempts than usual } }
    - { name: payload, unit: bytes, missing: median }
    - { name: exit, missing: skip }
`

async function startDeclared(settings = SETTINGS, environment = {}): Promise<App> {
  const path = join(tmpdir(), `sentinel-${process.pid}-${Math.random().toString(36).slice(2)}.yaml`)
  writeFileSync(path, settings)
  onTestFinished(() => rmSync(path))
  return startApp({ SENTINEL_CONFIG: path, SENTINEL_FIT: 'sync', ...environment })
}

function job(i: number, odd: object = {}): object {
  const seconds = 20 + ((i * 37) % 11)
  return {
    service: 'mail',
    job: 'send',
    id: `j-${i}`,
    timing: { seconds },
    retries: i % 3,
    payload: 900 + i,
    exit: 0,
    ...odd,
  }
}

test('records with declared fields are judged by them, and answers speak of them', async () => {
  const app = await startDeclared()
  for (let i = 0; i < 300; i++) expect((await analyze(app, job(i))).statusCode).toBe(200)
  const answer = await analyze(app, job(300, { timing: { seconds: 2500 } }), '?detail=true')
  const { status, reason, detail } = answer.json()
  expect(status).toBe('THREAT_DETECTED')
  expect(reason).toMatch(/^Higher running time than usual: 2,500 s, \d+x the median/)
  expect(detail.contributions.map(({ feature, unit }: Record<string, string>) => [feature, unit])).toEqual([
    ['duration', 's'],
    ['retries', 'count'],
    ['payload', 'bytes'],
    ['exit', 'count'],
  ])
  const { anomalies } = (await app.inject('/anomalies?feature=duration')).json()
  expect(anomalies[0]).toMatchObject({
    route: 'mail/send',
    record: { duration: 2500, retries: 0, payload: 1200, exit: 0, id: 'j-300', trace_id: null },
  })
  expect((await app.inject('/anomalies?feature=latency')).statusCode).toBe(400)
  const alerts = Object.keys(await metric(app, 'sentinel_alerts_total'))
  expect(alerts).toContain('{action="freeze",feature="payload"}')
  expect(alerts.join()).not.toContain('latency')
})

test('a limit that is declared is kept to at once, in the words of the feature', async () => {
  const app = await startDeclared()
  const { reason } = (await analyze(app, job(1, { timing: { seconds: 4000 } }))).json()
  expect(reason).toBe('Running time 4,000 s, above the limit of 3,600 s')
})

test('what is missing is filled, stood in for or not judged, as it is declared', async () => {
  const app = await startDeclared()
  for (let i = 0; i < 100; i++) await analyze(app, job(i))
  const filled = (await analyze(app, job(5, { payload: '-', retries: null }), '?detail=true')).json().detail
  expect(filled.contributions[2]).toMatchObject({ feature: 'payload', missing: true, bits: 0 })
  expect(filled.contributions[1]).toMatchObject({ feature: 'retries', value: 0 })
  const skipped = await analyze(app, job(5, { exit: null }), '?detail=true')
  expect(skipped.json()).toMatchObject({ status: 'OK', detail: { detector: 'skipped', contributions: [] } })
  expect((await analyze(app, job(5, { exit: null }))).body).toBe('{"status":"OK"}')
  expect((await app.inject('/health')).json().history_size).toBe(101)
  expect(await metric(app, 'sentinel_skipped_records_total')).toEqual({ '': 2 })
})

test.each([
  [{ timing: {} }, 'timing.seconds is missing; it must be a finite number'],
  [{ timing: { seconds: '5' } }, 'timing.seconds must be a finite number; got a string'],
  [{ timing: 5 }, 'timing must be a JSON object; got 5'],
  [{ retries: 'many' }, 'retries must be a finite number, null or "", - or NaN; got'],
  [{ service: ['mail'] }, 'service must be'],
])('a record that does not fit is refused by the name of the field: %j', async (odd, message) => {
  const app = await startDeclared()
  const answer = await analyze(app, job(1, odd))
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'SENTINEL_INVALID_BODY'])
  expect(answer.json().message).toContain(message)
  const batch = await app.inject({
    method: 'POST',
    url: '/analyze-flow/batch',
    payload: [job(0), job(1, odd), job(2)],
  })
  expect(batch.json()).toMatchObject({ accepted: 2, rejected: 1, errors: [{ line: 2 }] })
})

test('text that is no number where numbers may be in text is refused in a request and in a batch', async () => {
  const app = await startDeclared('telemetry: { features: [{ name: a, coerce: true, locale: de }] }')
  expect((await analyze(app, { a: '1.234,5' })).json()).toEqual({ status: 'OK' })
  const answer = await analyze(app, { a: '1.5' })
  expect([answer.statusCode, answer.json().message]).toEqual([
    400,
    'a must be a finite number, true, false or text that is one (de); got text of 3 characters',
  ])
  const batch = await app.inject({
    method: 'POST',
    url: '/analyze-flow/batch',
    payload: [{ a: '1.5' }, { a: 2 }],
  })
  expect(batch.json()).toMatchObject({ accepted: 1, rejected: 1 })
})

test('the API is described with the fields that are declared, and its example is answered OK', async () => {
  const app = await startDeclared()
  const document = (await app.inject('/openapi.json')).json()
  const { Telemetry, Detail, Incident } = document.components.schemas
  expect(Object.keys(Telemetry.properties)).toEqual([
    'timing',
    'retries',
    'payload',
    'exit',
    'service',
    'job',
    'timestamp',
    'traceparent',
    'user_id',
    'id',
  ])
  expect(Telemetry.required).toEqual(['timing'])
  expect(JSON.stringify(document)).not.toMatch(/"input_length"|"latency"/)
  expect(Detail.examples[0].contributions[0]).toMatchObject({ feature: 'duration', unit: 's' })
  expect(Incident.examples[0]).toMatchObject({ feature: 'duration', unit: 's' })
  const record =
    document.paths['/anomalies/{id}'].get.responses[200].content['application/json'].schema.properties.record
  expect(Object.keys(record.properties)).toEqual([
    'duration',
    'retries',
    'payload',
    'exit',
    'id',
    'timestamp',
    'trace_id',
  ])
  expect((await analyze(app, Telemetry.examples[0])).json()).toEqual({ status: 'OK' })
})

test('a field that is in no declaration is named once in the log, and counted', async () => {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const app = await startApp({ SENTINEL_LOG_LEVEL: 'info' }, { logger: { stream } as never })
  for (let i = 0; i < 3; i++)
    await analyze(app, { latency: 1, input_length: 1, errors: 0, status_code: 200, cpu: i })
  const named = lines.map((line) => JSON.parse(line)).filter(({ field }) => field !== undefined)
  expect(named.map(({ field }) => field)).toEqual(['/status_code', '/cpu'])
  expect(await metric(app, 'sentinel_ignored_fields_total')).toEqual({ '': 2 })
})

test('spans are judged by attributes that are declared', async () => {
  const app = await startDeclared(`
telemetry:
  features:
    - { name: latency, unit: ms }
    - { name: status, from: /attributes/http.response.status_code, missing: median }
    - { name: tokens, from: /attributes/gen_ai.usage.output_tokens, missing: 0 }
`)
  const span = (i: number, tokens: number) => ({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    name: 'chat',
    kind: 2,
    startTimeUnixNano: String(1_767_225_600_000_000_000n + BigInt(i) * 1_000_000n),
    endTimeUnixNano: String(1_767_225_600_000_000_000n + BigInt(i) * 1_000_000n + 5_000_000n),
    attributes: [{ key: 'gen_ai.usage.output_tokens', value: { intValue: String(tokens) } }],
  })
  const send = (spans: object[]) =>
    app.inject({
      method: 'POST',
      url: '/v1/traces',
      payload: { resourceSpans: [{ scopeSpans: [{ spans }] }] },
    })
  const usual = Array.from({ length: 200 }, (_, i) => span(i, 100 + (i % 20)))
  expect((await send(usual)).statusCode).toBe(200)
  expect((await send([span(201, 90_000)])).statusCode).toBe(200)
  const { anomalies } = (await app.inject('/anomalies')).json()
  expect(anomalies[0].record).toMatchObject({ latency: 5, status: null, tokens: 90_000 })
  expect(await metric(app, 'sentinel_ignored_fields_total')).toEqual({ '': 0 })
})

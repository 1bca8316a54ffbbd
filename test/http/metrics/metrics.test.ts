import { expect, onTestFinished, test } from 'vitest'
import { SentinelMetrics } from '#sentinel/http/metrics/sentinel-metrics.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { facts } from '../../alerts/incidents.js'
import { ATTACK, analyze, metric, NORMAL, startApp } from '../subject.js'

const PROMISED = {
  sentinel_requests_total: 'counter',
  sentinel_anomaly_rate: 'gauge',
  sentinel_anomalies_total: 'counter',
  sentinel_alerts_total: 'counter',
  sentinel_alert_share: 'gauge',
  sentinel_alert_rate: 'gauge',
  sentinel_incidents_total: 'counter',
  sentinel_incidents_open: 'gauge',
  sentinel_memory_mb: 'gauge',
  sentinel_request_duration_seconds: 'histogram',
  sentinel_health_check_fails_total: 'counter',
  sentinel_llm_failures_total: 'counter',
  sentinel_model_fits_total: 'counter',
  sentinel_model_fit_duration_seconds: 'histogram',
  sentinel_model_generation: 'gauge',
  sentinel_model_last_fit_timestamp_seconds: 'gauge',
  sentinel_history_size: 'gauge',
  sentinel_samples_needed: 'gauge',
  sentinel_score: 'histogram',
  process_cpu_seconds_total: 'counter',
  nodejs_eventloop_lag_seconds: 'gauge',
}

test('/metrics has every promised metric with its type', async () => {
  const answer = await (await startApp()).inject('/metrics')
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/)
  for (const [name, type] of Object.entries(PROMISED))
    expect(answer.body).toContain(`# TYPE ${name} ${type}\n`)
})

test('requests are counted by route pattern and method, whatever became of them', async () => {
  const app = await startApp()
  for (let i = 0; i < 3; i++) await analyze(app, NORMAL)
  await analyze(app, { latency: 'x' })
  await app.inject('/health')
  const requests = await metric(app, 'sentinel_requests_total')
  expect(requests['{endpoint="/analyze-flow",method="POST"}']).toBe(4)
  expect(requests['{endpoint="/health",method="GET"}']).toBe(1)
  expect(requests['{endpoint="/metrics",method="GET"}']).toBe(1)
})

test('no label carries a raw path', async () => {
  const app = await startApp()
  for (const path of ['/nope/1', '/nope/2', '/docs/../../etc/passwd', '/docs/no-such-file'])
    await app.inject(path)
  await app.inject({ method: 'PUT', url: '/health' })
  const labels = Object.keys(await metric(app, 'sentinel_requests_total')).join('\n')
  expect(labels).toContain('{endpoint="unmatched",method="GET"}')
  expect(labels).toContain('{endpoint="unmatched",method="PUT"}')
  expect(labels).not.toMatch(/nope|passwd|no-such-file/)
})

test('scores, anomalies and durations add up to the records sent', async () => {
  const app = await startApp()
  for (let i = 0; i < 3; i++) await analyze(app, NORMAL)
  await analyze(app, ATTACK)
  expect(await metric(app, 'sentinel_score_count')).toEqual({ '': 4 })
  expect(await metric(app, 'sentinel_anomalies_total')).toEqual({ '': 1 })
  expect(await metric(app, 'sentinel_anomaly_rate')).toEqual({ '': 0.25 })
  expect(await metric(app, 'sentinel_history_size')).toEqual({ '': 4 })
  expect(await metric(app, 'sentinel_samples_needed')).toEqual({ '': 46 })
  const durations = await metric(app, 'sentinel_request_duration_seconds_count')
  expect(durations['']).toBeGreaterThanOrEqual(4)
})

test('a fit shows as outcome, duration and generation', async () => {
  const metrics = new SentinelMetrics()
  const sentinel = await Sentinel.create({ detector: { minSamples: 20 } })
  onTestFinished(() => sentinel.close())
  const app = await startApp({}, { sentinel, metrics })
  for (let i = 0; i < 20; i++) await analyze(app, { ...NORMAL, latency: 100 + i })
  await sentinel.detector.settled()
  expect(await metric(app, 'sentinel_model_fits_total')).toEqual({
    '{outcome="ok"}': 1,
    '{outcome="failed"}': 0,
  })
  expect(await metric(app, 'sentinel_model_fit_duration_seconds_count')).toEqual({ '': 1 })
  expect(await metric(app, 'sentinel_model_generation')).toEqual({ '': 1 })
})

test('the time of the last fit is told, and a fit that failed does not move it', async () => {
  const metrics = new SentinelMetrics()
  const app = await startApp({}, { metrics })
  const lastFit = 'sentinel_model_last_fit_timestamp_seconds'
  expect(await metric(app, lastFit)).toEqual({ '': 0 })
  metrics.fitted({
    outcome: 'failed',
    durationMs: 1,
    generation: 0,
    nRows: 50,
    error: new Error('no memory'),
  })
  expect(await metric(app, lastFit)).toEqual({ '': 0 })
  const before = Date.now() / 1000
  metrics.fitted({ outcome: 'ok', durationMs: 3, generation: 1, nRows: 50 })
  const { '': at } = await metric(app, lastFit)
  expect(at).toBeGreaterThanOrEqual(before)
  expect(at).toBeLessThanOrEqual(Date.now() / 1000)
})

test('what the language model does is counted by outcome', async () => {
  const metrics = new SentinelMetrics()
  const app = await startApp({}, { metrics })
  metrics.llmRequest('ok', 0.2)
  metrics.llmRequest('timeout', 2)
  metrics.llmRequest('error', null)
  metrics.llmRequest('cached', null)
  metrics.breakerState('half-open')
  expect(await metric(app, 'sentinel_llm_failures_total')).toEqual({ '': 2 })
  expect(await metric(app, 'sentinel_llm_request_duration_seconds_count')).toEqual({ '': 2 })
  expect(await metric(app, 'sentinel_llm_breaker_open')).toEqual({ '': 0.5 })
})

test('alerts are counted by action and by the feature that stands out, from zero on', async () => {
  const app = await startApp()
  const alerts = () => metric(app, 'sentinel_alerts_total')
  expect((await alerts())['{action="freeze",feature="latency"}']).toBe(0)
  await analyze(app, { ...NORMAL, latency: 9000 })
  await analyze(app, { ...NORMAL, errors: 80 })
  await analyze(app, NORMAL)
  const counts = await alerts()
  expect(counts['{action="freeze",feature="latency"}']).toBe(1)
  expect(counts['{action="freeze",feature="errors"}']).toBe(1)
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(await metric(app, 'sentinel_alert_share')).toEqual({ '': 2 / 3 })
  expect(await metric(app, 'sentinel_alert_rate')).toEqual({ '': 0.001 })
})

test('incidents are counted when they open, and shown while they are open', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const app = await startApp({}, { sentinel })
  const { id } = sentinel.incidents.open(facts())
  sentinel.incidents.open(facts({ feature: null }))
  sentinel.incidents.update(id, { records: 500 })
  expect(await metric(app, 'sentinel_incidents_open')).toEqual({ '': 2 })
  sentinel.incidents.close(id)
  expect(await metric(app, 'sentinel_incidents_open')).toEqual({ '': 1 })
  expect(await metric(app, 'sentinel_incidents_total')).toMatchObject({
    '{feature="latency"}': 1,
    '{feature="errors"}': 0,
    '{feature="none"}': 1,
  })
})

test('however many features and routes there are, labels are bounded', async () => {
  const metrics = new SentinelMetrics()
  const app = await startApp({}, { metrics })
  for (let i = 0; i < 1000; i++) {
    metrics.alerted('observe', `feature_${i}`)
    metrics.incidentOpened(`feature_${i}`)
  }
  for (const name of ['sentinel_alerts_total', 'sentinel_incidents_total']) {
    const counts = await metric(app, name)
    expect(Object.keys(counts).length).toBeLessThan(80)
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1000)
  }
})

test('a figure that nobody has is not shown', async () => {
  const app = await startApp({ SENTINEL_ALERTS: 'contamination' })
  expect(await metric(app, 'sentinel_alert_rate')).toEqual({})
})

test('two apps in one process keep their own counts', async () => {
  const [one, other] = [await startApp(), await startApp()]
  await analyze(one, NORMAL)
  expect(await metric(one, 'sentinel_score_count')).toEqual({ '': 1 })
  expect(await metric(other, 'sentinel_score_count')).toEqual({ '': 0 })
})

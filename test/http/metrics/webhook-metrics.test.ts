import { expect, test } from 'vitest'
import { SentinelMetrics } from '#sentinel/http/metrics/sentinel-metrics.js'
import { metric, startApp } from '../subject.js'

test('posts to the webhook are counted by outcome, each of which is there from the start', async () => {
  const metrics = new SentinelMetrics()
  const app = await startApp({}, { metrics })
  const name = 'sentinel_webhook_deliveries_total'
  const counts = { '{outcome="ok"}': 0, '{outcome="failed"}': 0, '{outcome="dropped"}': 0 }
  expect(await metric(app, name)).toEqual(counts)
  metrics.webhook.delivered('ok')
  metrics.webhook.delivered('ok')
  metrics.webhook.delivered('dropped')
  expect(await metric(app, name)).toEqual({ ...counts, '{outcome="ok"}': 2, '{outcome="dropped"}': 1 })
})

import { expect, test } from 'vitest'
import { VERSION } from '#sentinel/config/version.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import { analyze, metric, NORMAL, startApp } from './subject.js'

test('/health says exactly what it promises', async () => {
  const app = await startApp()
  await analyze(app, NORMAL)
  const answer = await app.inject('/health')
  expect(answer.statusCode).toBe(200)
  const { timestamp, ...rest } = answer.json()
  expect(rest).toEqual({ status: 'healthy', history_size: 1, detector_trained: false, version: VERSION })
  expect(new Date(timestamp).toISOString()).toBe(timestamp)
})

test('an untrained service is alive and ready', async () => {
  const app = await startApp()
  expect((await app.inject('/health/live')).json()).toEqual({ status: 'alive' })
  expect((await app.inject('/health/ready')).json()).toEqual({ status: 'ready', samples_needed: 50 })
})

test('a health check that fails is counted and answered with 500', async () => {
  const detector = {
    get historySize(): number {
      throw new Error('gone')
    },
    trained: false,
    generation: 0,
    anomalyRate: 0,
  }
  const figures = {
    incidents: { openCount: 0 },
    alertShare: 0,
    alertRate: null,
    telemetry: REQUEST_TELEMETRY,
  }
  const app = await startApp(
    {},
    { sentinel: { detector, ...figures, listen: () => () => undefined } as never },
  )
  expect((await app.inject('/health')).statusCode).toBe(500)
  Object.defineProperty(detector, 'historySize', { value: 0 })
  expect(await metric(app, 'sentinel_health_check_fails_total')).toEqual({ '': 1 })
})

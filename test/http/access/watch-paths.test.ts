import { describe, expect, test } from 'vitest'
import { asksFor, HEALTH_AND_METRICS_PATHS, HEALTH_PATHS } from '#sentinel/http/access/watch-paths.js'
import { startApp } from '../subject.js'

test.each(['/health', '/health/live', '/health/ready', '/health?verbose=1', '/health/live?'])(
  '%s asks for health',
  (target) => {
    expect(asksFor(HEALTH_PATHS, target)).toBe(true)
    expect(asksFor(HEALTH_AND_METRICS_PATHS, target)).toBe(true)
  },
)

test.each(['/metrics', '/metrics?name[]=sentinel_score'])('%s asks for metrics, not for health', (target) => {
  expect(asksFor(HEALTH_PATHS, target)).toBe(false)
  expect(asksFor(HEALTH_AND_METRICS_PATHS, target)).toBe(true)
})

test.each([
  '/healthanything',
  '/health/',
  '/health/live/x',
  '/Health',
  '/health%2flive',
  '//health',
  '/metrics2',
  '/metrics/../anomalies',
  '?/health',
  '',
  undefined,
])('%s asks for neither', (target) => {
  expect(asksFor(HEALTH_AND_METRICS_PATHS, target)).toBe(false)
})

describe('a path that only begins like one that is watched', () => {
  test.each(['/healthanything', '/metricsanything'])('%s does not escape the rate limit', async (url) => {
    const app = await startApp({ SENTINEL_RATE_LIMIT: '1' })
    app.get(url, () => 'here')
    let answer = await app.inject(url)
    expect(answer.statusCode).toBe(200)
    while (answer.statusCode === 200) answer = await app.inject(url)
    expect(answer.json().code).toBe('SENTINEL_RATE_LIMITED')
  })
})

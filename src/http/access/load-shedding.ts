import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describeAnswers } from '../schemas/error.js'
import { asksFor, HEALTH_AND_METRICS_PATHS } from './watch-paths.js'

export interface LoadSheddingOptions {
  /** Mean delay of the event loop above which requests are shed, in milliseconds; 0 never sheds. */
  readonly maxDelayMs: number
  readonly metrics: SentinelMetrics
}

const SAMPLE_MS = 250
const RETRY_AFTER_S = '1'
const MESSAGE = 'the service is overloaded; try again after the seconds that Retry-After gives'

/**
 * Refuses requests with 503 while the event loop lags, so that those in hand are answered in time. Health and metrics
 * are answered however busy the service is: they show why it sheds.
 */
export const loadSheddingPlugin = fastifyPlugin<LoadSheddingOptions>(
  async (app, { maxDelayMs, metrics }) => {
    describeAnswers(app, [503], ({ url }) => !HEALTH_AND_METRICS_PATHS.has(url))
    if (maxDelayMs === 0) return
    const { fastifyUnderPressure } = await import('@fastify/under-pressure')
    let underPressure = (): boolean => false
    // In a scope without routes it measures only; beside routes it would also add a hook to every request.
    await app.register(async (scope) => {
      await scope.register(fastifyUnderPressure, { maxEventLoopDelay: maxDelayMs, sampleInterval: SAMPLE_MS })
      // The first samples measure how long the service took to load, which is no reason to shed.
      scope.addHook('onReady', async () => {
        const armed = setTimeout(() => {
          underPressure = () => scope.isUnderPressure()
        }, 2 * SAMPLE_MS)
        armed.unref()
      })
    })
    app.addHook('onRequest', (request, _reply, next) => {
      if (!underPressure() || asksFor(HEALTH_AND_METRICS_PATHS, request.raw.url)) return next()
      metrics.protection.refused.load++
      next(new AccessError('SENTINEL_OVERLOADED', MESSAGE, { 'retry-after': RETRY_AFTER_S }))
    })
  },
  { name: 'sentinel-load-shedding', dependencies: ['sentinel-errors'] },
)

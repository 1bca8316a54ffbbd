import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'

export interface LoadSheddingOptions {
  /** Mean delay of the event loop above which requests are shed, in milliseconds; 0 never sheds. */
  readonly maxDelayMs: number
  readonly metrics: SentinelMetrics
}

const SAMPLE_MS = 250
const RETRY_AFTER_S = '1'
const MESSAGE = 'the service is overloaded; try again after the seconds that Retry-After gives'

/** Paths that are answered however busy the service is: who watches it must see why it sheds. */
const ALWAYS_SERVED = ['/health', '/metrics']

/**
 * Refuses requests with 503 while the event loop lags, so that those in hand are answered in time. The plugin
 * measures in a scope of its own: its hook would look up the route of each request before it knows the load.
 */
export const loadSheddingPlugin = fastifyPlugin<LoadSheddingOptions>(
  async (app, { maxDelayMs, metrics }) => {
    if (maxDelayMs === 0) return
    const { fastifyUnderPressure } = await import('@fastify/under-pressure')
    let underPressure = (): boolean => false
    await app.register(async (scope) => {
      await scope.register(fastifyUnderPressure, { maxEventLoopDelay: maxDelayMs, sampleInterval: SAMPLE_MS })
      // Loading the service keeps the event loop busy, too: what was measured meanwhile is no reason to shed.
      scope.addHook('onReady', async () => {
        const armed = setTimeout(() => {
          underPressure = () => scope.isUnderPressure()
        }, 2 * SAMPLE_MS)
        armed.unref()
      })
    })
    app.addHook('onRequest', (request, _reply, next) => {
      if (!underPressure() || ALWAYS_SERVED.some((path) => request.raw.url?.startsWith(path))) return next()
      metrics.protection.refused.load++
      next(new AccessError('SENTINEL_OVERLOADED', MESSAGE, { 'retry-after': RETRY_AFTER_S }))
    })
  },
  { name: 'sentinel-load-shedding' },
)

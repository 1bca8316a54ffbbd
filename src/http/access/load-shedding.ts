import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describeAnswers } from '../schemas/error.js'
import type { Departure } from '../stop/departure.js'
import { LoopDelay } from './loop-delay.js'
import { asksFor, HEALTH_AND_METRICS_PATHS } from './watch-paths.js'

export interface LoadSheddingOptions {
  /** Mean delay of the event loop above which requests are shed, in milliseconds; 0 never sheds. */
  readonly maxDelayMs: number
  readonly metrics: SentinelMetrics
  readonly leave: Departure
}

const RETRY_AFTER_S = '1'
const MESSAGE = 'the service is overloaded; try again after the seconds that Retry-After gives'

/**
 * Refuses requests with 503 while the event loop lags, so that those in hand are answered in time. Health and metrics
 * are answered however busy the service is: they show why it sheds.
 */
export const loadSheddingPlugin = fastifyPlugin<LoadSheddingOptions>(
  (app, { maxDelayMs, metrics, leave }, done) => {
    describeAnswers(app, [503], ({ url }) => !HEALTH_AND_METRICS_PATHS.has(url))
    if (maxDelayMs === 0) {
      done()
      return
    }
    const delay = new LoopDelay()
    app.addHook('onReady', async () => delay.start())
    leave.onEnd(() => delay.stop())
    app.addHook('onRequest', (request, _reply, next) => {
      if (delay.ms <= maxDelayMs || asksFor(HEALTH_AND_METRICS_PATHS, request.raw.url)) return next()
      metrics.protection.refused.load++
      next(new AccessError('SENTINEL_OVERLOADED', MESSAGE, { 'retry-after': RETRY_AFTER_S }))
    })
    done()
  },
  { name: 'sentinel-load-shedding', dependencies: ['sentinel-errors'] },
)

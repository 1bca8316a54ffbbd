import type { RouteOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { SentinelMetrics } from '../metrics.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request arrived, on the clock of `performance.now()`. */
    arrivedAt: number
  }

  interface FastifyContextConfig {
    /** A stream lasts as long as its client likes: it is counted, not timed. */
    untimed?: boolean
  }
}

export interface MetricsOptions {
  readonly metrics: SentinelMetrics
}

/**
 * Counts and times every request of a registered route. Each route gets its own counting hook when it is
 * registered, so that a request looks nothing up; unmatched paths are counted by the error plugin.
 */
export const metricsPlugin = fastifyPlugin<MetricsOptions>(
  (app, { metrics }, done) => {
    app.decorateRequest('arrivedAt', 0)
    app.addHook('onRoute', (route) => countRequests(route, metrics))
    app.addHook('onResponse', (request, _reply, next) => {
      if (request.arrivedAt > 0) metrics.answered((performance.now() - request.arrivedAt) / 1000)
      next()
    })
    done()
  },
  { name: 'sentinel-metrics' },
)

function countRequests(route: RouteOptions, metrics: SentinelMetrics): void {
  const methods = Array.isArray(route.method) ? route.method : [route.method]
  const tallies = new Map(methods.map((method) => [method, metrics.tallyOf(route.url, method)]))
  const timed = route.config?.untimed !== true
  const own = route.onRequest === undefined ? [] : [route.onRequest].flat()
  route.onRequest = [
    (request, _reply, next) => {
      if (timed) request.arrivedAt = performance.now()
      const tally = tallies.get(request.method)
      if (tally !== undefined) tally.count++
      next()
    },
    ...own,
  ]
}

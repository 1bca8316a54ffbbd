import type { RouteOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'

declare module 'fastify' {
  interface FastifyReply {
    /** Set on what was refused before it was looked at: such answers are not timed. */
    refused?: true
  }

  interface FastifyContextConfig {
    /** Set for streams, which last as long as their client likes: they are counted, not timed. */
    untimed?: boolean
  }
}

export interface MetricsOptions {
  readonly metrics: SentinelMetrics
}

/**
 * Counts and times every request of a registered route. Each route gets hooks with counters of its own when it is
 * registered, so that a request looks nothing up. Requests of other paths are counted by the errors plugin.
 */
export const metricsPlugin = fastifyPlugin<MetricsOptions>(
  (app, { metrics }, done) => {
    app.addHook('onRoute', (route) => {
      countRequests(route, metrics)
      if (route.config?.untimed !== true) timeAnswers(route, metrics)
    })
    done()
  },
  { name: 'sentinel-metrics' },
)

function countRequests(route: RouteOptions, metrics: SentinelMetrics): void {
  const methods = Array.isArray(route.method) ? route.method : [route.method]
  const tallies = new Map(methods.map((method) => [method, metrics.tallyOf(route.url, method)]))
  route.onRequest = [
    (request, _reply, next) => {
      const tally = tallies.get(request.method)
      if (tally !== undefined) tally.count++
      next()
    },
    ...[route.onRequest ?? []].flat(),
  ]
}

function timeAnswers(route: RouteOptions, metrics: SentinelMetrics): void {
  route.onResponse = [
    (_request, reply, next) => {
      if (reply.refused !== true) metrics.answered(reply.elapsedTime / 1000)
      next()
    },
    ...[route.onResponse ?? []].flat(),
  ]
}

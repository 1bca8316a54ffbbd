import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'

export interface MetricsRouteOptions {
  readonly metrics: SentinelMetrics
}

const EXAMPLE = [
  '# HELP sentinel_requests_total Requests by route pattern and method.',
  '# TYPE sentinel_requests_total counter',
  'sentinel_requests_total{endpoint="/analyze-flow",method="POST"} 1017',
].join('\n')

/** `GET /metrics`: everything the service counts, as Prometheus text. */
export const metricsRoute: FastifyPluginCallbackTypebox<MetricsRouteOptions> = (app, { metrics }, done) => {
  app.get(
    ENDPOINTS.metrics.url,
    {
      schema: {
        ...describing('metrics'),
        response: {
          200: {
            description: 'Prometheus text, version 0.0.4.',
            content: { 'text/plain': { schema: Type.String({ examples: [EXAMPLE] }) } },
          },
        },
      },
    },
    async (_request, reply) => {
      reply.type(metrics.registry.contentType)
      return metrics.registry.metrics()
    },
  )
  done()
}

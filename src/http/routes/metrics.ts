import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { errorResponses } from '../schemas/error.js'

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
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        summary: 'Metrics for Prometheus',
        tags: ['metrics'],
        response: {
          200: {
            description: 'Prometheus text, version 0.0.4.',
            content: { 'text/plain': { schema: Type.String({ examples: [EXAMPLE] }) } },
          },
          ...errorResponses(500, 503),
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

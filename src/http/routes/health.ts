import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { VERSION } from '../../config/version.js'
import type { Detector } from '../../detector/detector.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { errorResponses } from '../schemas/error.js'
import { Health, Liveness, Readiness } from '../schemas/health.js'
import { referenceTo } from '../schemas/reference.js'

export interface HealthOptions {
  readonly detector: Detector
  readonly metrics: SentinelMetrics
}

const tags = ['health']
const failures = errorResponses(500, 503)

/** `GET /health` for people and dashboards, `/health/live` and `/health/ready` for orchestrators. */
export const healthRoutes: FastifyPluginCallbackTypebox<HealthOptions> = (
  app,
  { detector, metrics },
  done,
) => {
  app.get(
    '/health',
    {
      schema: {
        operationId: 'health',
        summary: 'State of the service',
        tags,
        response: { 200: referenceTo(Health, { description: 'It works.' }), ...failures },
      },
    },
    (): Health => {
      try {
        return {
          status: 'healthy',
          timestamp: new Date().toISOString(),
          history_size: detector.historySize,
          detector_trained: detector.trained,
          version: VERSION,
        }
      } catch (error) {
        metrics.healthCheckFails++
        throw error
      }
    },
  )
  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'live',
        summary: 'Whether the process answers',
        tags,
        response: { 200: referenceTo(Liveness, { description: 'It does.' }), ...failures },
      },
    },
    () => ({ status: 'alive' }) as const,
  )
  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'ready',
        summary: 'Whether the service takes records',
        tags,
        response: { 200: referenceTo(Readiness, { description: 'It does.' }), ...failures },
      },
    },
    () => ({ status: 'ready', samples_needed: detector.samplesNeeded }) as const,
  )
  done()
}

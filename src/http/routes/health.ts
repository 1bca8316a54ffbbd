import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { VERSION } from '../../config/version.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { errorAnswer, errorResponse } from '../schemas/error.js'
import { Health, Liveness, Readiness } from '../schemas/health.js'
import { referenceTo } from '../schemas/reference.js'
import type { Leave } from '../stop/departure.js'

export interface HealthOptions {
  readonly detectors: Detectors
  readonly metrics: SentinelMetrics
  readonly leave: Leave
  /** What is known of the fleet; null for a sentinel by itself. */
  readonly fleet: FleetFigures | null
}

/** `GET /health` for people and dashboards, `/health/live` and `/health/ready` for orchestrators. */
export const healthRoutes: FastifyPluginCallbackTypebox<HealthOptions> = (
  app,
  { detectors, metrics, leave, fleet },
  done,
) => {
  const sentinel = detectors.default.shared
  const { detector } = sentinel
  app.get(
    ENDPOINTS.health.url,
    {
      schema: {
        ...describing('health'),
        response: { 200: referenceTo(Health, { description: 'It works.' }) },
      },
    },
    (): Health => {
      try {
        const { succeeds } = sentinel
        const health: Health = {
          status: 'healthy',
          timestamp: new Date().toISOString(),
          history_size: detectors.historySize,
          detector_trained: detectors.trained || succeeds !== null,
          version: VERSION,
        }
        if (succeeds === null) return health
        return {
          ...health,
          transition: { features: [...succeeds], samples_needed: detector.samplesNeeded },
        }
      } catch (error) {
        metrics.healthCheckFails++
        throw error
      }
    },
  )
  app.get(
    ENDPOINTS.live.url,
    {
      schema: {
        ...describing('live'),
        response: { 200: referenceTo(Liveness, { description: 'It does.' }) },
      },
    },
    () => ({ status: 'alive' }) as const,
  )
  app.get(
    ENDPOINTS.ready.url,
    {
      schema: {
        ...describing('ready'),
        response: {
          200: referenceTo(Readiness, { description: 'It does.' }),
          503: errorResponse('It is about to stop: send no more.'),
        },
      },
    },
    (_request, reply) => {
      if (leave.begun) {
        reply.code(503)
        return errorAnswer('SENTINEL_UNAVAILABLE', 'the service is stopping')
      }
      const ready = { status: 'ready', samples_needed: detectors.samplesNeeded } as const
      if (fleet === null) return ready
      const { role, model, version, epoch, connected } = fleet
      return { ...ready, fleet: { role, model, version, epoch, connected } }
    },
  )
  done()
}

import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/config.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import { protectionPlugin } from '../access/protection.js'
import { BatchLoad } from '../batch/batch-load.js'
import { UNREAD_ANSWERS_BYTES } from '../limits.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { errorsPlugin } from '../plugins/errors.js'
import { jsonBodyPlugin } from '../plugins/json-body.js'
import { metricsPlugin } from '../plugins/metrics.js'
import { openapiPlugin } from '../plugins/openapi.js'
import { pageSecurityPlugin } from '../plugins/page-security.js'
import type { RepeatedRequests } from '../repeats/repeated-requests.js'
import { activityRoutes } from '../routes/activity.js'
import { analyzeBatchRoute } from '../routes/analyze-batch.js'
import { analyzeFlowRoute } from '../routes/analyze-flow.js'
import { anomalyRoutes } from '../routes/anomalies.js'
import { dashboardRoutes } from '../routes/dashboard.js'
import { detectorsRoute } from '../routes/detectors.js'
import { docsRoutes } from '../routes/docs.js'
import { feedbackRoutes } from '../routes/feedback.js'
import { healthRoutes } from '../routes/health.js'
import { incidentRoutes } from '../routes/incidents.js'
import { learningRoutes } from '../routes/learning.js'
import { liveRoute } from '../routes/live.js'
import { metricsRoute } from '../routes/metrics.js'
import { muteRoutes } from '../routes/mutes.js'
import { otlpRoutes } from '../routes/otlp.js'
import { playgroundRoutes } from '../routes/playground.js'
import { UnreadAnswers } from '../sockets/unread-answers.js'
import type { Departure } from '../stop/departure.js'

/** What the routes are made of. */
export interface RouteParts {
  readonly config: Config
  readonly detectors: Detectors
  readonly metrics: SentinelMetrics
  readonly leave: Departure
  readonly repeated: RepeatedRequests
  /** How it stands in its fleet; null for a sentinel by itself. */
  readonly fleet: FleetFigures | null
}

/** Adds everything that is served, and what stands before it. */
export async function addRoutes(app: FastifyInstance, parts: RouteParts): Promise<void> {
  const { config, detectors, metrics, leave, repeated, fleet } = parts
  const sentinel = detectors.default.shared
  const { anomalies, incidents } = sentinel
  const { trustedProxies: proxies } = config.access
  // One for all batches: what they are written in does not matter to memory.
  const load = new BatchLoad()
  load.watch(app)
  await app.register(errorsPlugin, { metrics })
  await app.register(protectionPlugin, { config, metrics, leave })
  await app.register(metricsPlugin, { metrics })
  await app.register(jsonBodyPlugin)
  await app.register(openapiPlugin, { detectors })
  await app.register(analyzeFlowRoute, { detectors, metrics, memory: repeated.single })
  const unread = new UnreadAnswers(UNREAD_ANSWERS_BYTES)
  await app.register(async (scope) => {
    unread.bound(scope)
    await scope.register(analyzeBatchRoute, { detectors, metrics, memory: repeated.batches, load })
  })
  await app.register(otlpRoutes, { detectors, load })
  // Not around the routes above: their answers are no pages, and the headers would cost more than the verdict.
  await app.register(async (scope) => {
    await scope.register(pageSecurityPlugin)
    unread.bound(scope)
    await scope.register(anomalyRoutes, {
      log: anomalies,
      incidents,
      leave,
      proxies,
      finders: detectors,
    })
    await scope.register(activityRoutes, { detectors })
    await scope.register(liveRoute, { detectors, leave, proxies, fleet })
    await scope.register(incidentRoutes, { log: incidents, finders: detectors.names })
    await scope.register(feedbackRoutes, { detectors })
    await scope.register(muteRoutes, { detectors })
    await scope.register(learningRoutes, { detectors })
    await scope.register(detectorsRoute, { detectors })
    await scope.register(healthRoutes, { detectors, metrics, leave, fleet })
    await scope.register(metricsRoute, { metrics })
    await scope.register(docsRoutes)
    await scope.register(dashboardRoutes)
    await scope.register(playgroundRoutes)
  })
}

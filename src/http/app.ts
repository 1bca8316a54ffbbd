import type { Socket } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify, LogController } from 'fastify'
import { type Config, loadConfig } from '../config/config.js'
import type { Sentinel } from '../sentinel.js'
import { schemasOf } from '../telemetry/schemas.js'
import { outliveAcceptErrors } from './accept-errors.js'
import { protectionPlugin } from './access/protection.js'
import { ProxyList } from './access/proxy-list.js'
import { AJV_OPTIONS } from './ajv-options.js'
import { answerJson } from './answer-json.js'
import { BatchLoad } from './batch/batch-load.js'
import { Connections } from './connections.js'
import { Drain } from './drain.js'
import { answerClientError } from './errors/client-error.js'
import { membershipOf } from './fleet-membership.js'
import { webhookFor } from './incident-webhook.js'
import {
  ADMIN_CONNECTIONS_MOST,
  BODY_LIMIT_BYTES,
  HEADER_LIMIT_BYTES,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LATE_CHECK_MS,
  REQUEST_TIMEOUT_MS,
  UNREAD_ANSWERS_BYTES,
} from './limits.js'
import { type LoggerOptions, loggerOptions } from './logger.js'
import { SentinelMetrics } from './metrics/sentinel-metrics.js'
import { connectionsWithin, openFiles } from './open-files.js'
import { sentinelOf } from './own-sentinel.js'
import { Pipelines } from './pipelines.js'
import { answerBadUrl, errorsPlugin } from './plugins/errors.js'
import { jsonBodyPlugin } from './plugins/json-body.js'
import { metricsPlugin } from './plugins/metrics.js'
import { openapiPlugin } from './plugins/openapi.js'
import { pageSecurityPlugin } from './plugins/page-security.js'
import { activityRoutes } from './routes/activity.js'
import { analyzeBatchRoute } from './routes/analyze-batch.js'
import { analyzeFlowRoute } from './routes/analyze-flow.js'
import { anomalyRoutes } from './routes/anomalies.js'
import { dashboardRoutes } from './routes/dashboard.js'
import { docsRoutes } from './routes/docs.js'
import { feedbackRoutes } from './routes/feedback.js'
import { healthRoutes } from './routes/health.js'
import { incidentRoutes } from './routes/incidents.js'
import { learningRoutes } from './routes/learning.js'
import { liveRoute } from './routes/live.js'
import { metricsRoute } from './routes/metrics.js'
import { muteRoutes } from './routes/mutes.js'
import { otlpRoutes } from './routes/otlp.js'
import { playgroundRoutes } from './routes/playground.js'
import { Servers } from './servers.js'
import { UnreadAnswers } from './unread-answers.js'

/** A request that arrives as slowly as it may is still answered, or told that it was late. */
const STOP_PATIENCE_MS = REQUEST_TIMEOUT_MS + 2 * LATE_CHECK_MS

export interface AppOptions {
  /** Default: what the environment says. */
  readonly config?: Config
  /** A sentinel of your own: it is used, and yours to close. Default: one made from `config`. */
  readonly sentinel?: Sentinel
  /** What is counted and shown at `/metrics`. */
  readonly metrics?: SentinelMetrics
  /** `false` for no log; or where and how to log. Default: JSON lines on stdout. */
  readonly logger?: false | LoggerOptions
}

export type App = Awaited<ReturnType<typeof buildApp>>

/**
 * Builds the service without listening: `inject()` into it, `listen()` with it, or mount it. Several may
 * live in one process. `close()` ends what it started itself.
 * @throws ConfigError when the environment holds a setting that cannot be used
 * @throws ForestError when the module or the memory cannot be had, or a given forest cannot be used
 */
export async function buildApp(options: AppOptions = {}) {
  const config = options.config ?? loadConfig()
  const watched = (options.sentinel?.telemetry ?? config.telemetry).features
  const metrics = options.metrics ?? new SentinelMetrics(watched.map(({ name }) => name))
  const files = openFiles()
  const { maxConnections } = config.limits
  const adminConnections = config.admin.port === null ? 0 : ADMIN_CONNECTIONS_MOST
  const proxies = new ProxyList(config.access.trustedProxies)
  const connections = new Connections({
    max: connectionsWithin(files, maxConnections, adminConnections),
    patienceMs: HEADERS_TIMEOUT_MS,
    isProxy: (address) => proxies.trusts(address),
    onClosed: () => metrics.protection.droppedConnections++,
  })
  const pipelines = new Pipelines((socket) => connections.used(socket))
  const onClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (!connections.mayWait(error, socket)) answerClientError(error, socket)
  }
  const app = fastify({
    logger:
      options.logger !== false &&
      loggerOptions(config.logLevel, options.logger, () => metrics.protection.droppedLogLines++),
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: a child for every request costs more than the verdict does.
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
    // What arrives on open connections while the service stops is still answered.
    return503OnClosing: false,
    ajv: AJV_OPTIONS,
    clientErrorHandler: onClientError,
    frameworkErrors: (_error, request, reply) => answerBadUrl(request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setSerializerCompiler(() => answerJson)
  const drain = new Drain({
    connections,
    pipelines,
    drainMs: config.limits.drainMs,
    patienceMs: STOP_PATIENCE_MS,
    onCut: (left) => app.log.warn({ connections: left }, 'connections that did not end were cut'),
  })
  app.decorate('drain', drain)
  const servers = new Servers(app, (server) => {
    connections.watch(server)
    pipelines.watch(server)
    drain.watch(server)
    outliveAcceptErrors(server, app.log)
    // Their bytes are bounded. Node would leave out those beyond the 2,000th without a word.
    server.maxHeadersCount = 0
    if (server !== app.server) server.on('clientError', onClientError)
  })

  if (connections.max < maxConnections) {
    app.log.warn(
      { maxConnections: connections.max, wanted: maxConnections, openFiles: files?.most },
      'fewer connections are served than SENTINEL_MAX_CONNECTIONS says: the process may not open more files',
    )
  }

  const sentinel = options.sentinel ?? (await sentinelOf(config, metrics, app.log))
  const { detector, anomalies, incidents, operator } = sentinel
  metrics.watch(detector)
  metrics.showAlerts({
    incidentsOpen: () => incidents.openCount,
    alertShare: () => sentinel.alertShare,
    alertRate: () => sentinel.alertRate,
  })
  const fleet = await membershipOf(config, sentinel, app.log)
  if (fleet !== null) {
    metrics.showFleet(fleet.figures)
    app.addHook('onClose', () => fleet.close())
  }
  const webhook = await webhookFor(config, sentinel, metrics, app.log, fleet)
  if (webhook !== null) app.addHook('onClose', () => webhook.close())
  if (options.sentinel === undefined) {
    // The client of the language model is slow to load: neither the start nor the first anomaly waits for it.
    servers.whenListening(() => void sentinel.prepare())
    // Before anything that may take its time, such as a client that does not end.
    drain.onBegin(() => sentinel.save())
    // Answers that wait for the model get the rules' reason at once when the service stops.
    drain.onBegin(() => sentinel.release())
    app.addHook('onClose', () => sentinel.close())
  } else {
    const unlisten = sentinel.listen(metrics)
    app.addHook('onClose', async () => unlisten())
  }

  app.addHook('preClose', () => drain.finish())

  await app.register(errorsPlugin, { metrics })
  await app.register(protectionPlugin, { config, metrics })
  await app.register(metricsPlugin, { metrics })
  await app.register(jsonBodyPlugin)
  await app.register(openapiPlugin, { telemetry: sentinel.telemetry })
  app.addSchema(schemasOf(sentinel.telemetry).record)
  const { idempotencyMax } = config.limits
  await app.register(analyzeFlowRoute, { sentinel, metrics, idempotencyMax })
  // One for both: what a batch is written in does not matter to memory.
  const load = new BatchLoad()
  const unread = new UnreadAnswers(UNREAD_ANSWERS_BYTES)
  await app.register(async (scope) => {
    unread.bound(scope)
    await scope.register(analyzeBatchRoute, { sentinel, metrics, idempotencyMax, load })
  })
  await app.register(otlpRoutes, { sentinel, load })
  // Not around the routes above: their answers are no pages, and the headers would cost more than the verdict.
  await app.register(async (scope) => {
    await scope.register(pageSecurityPlugin)
    unread.bound(scope)
    await scope.register(anomalyRoutes, {
      log: anomalies,
      incidents,
      drain,
      proxies: config.access.trustedProxies,
      telemetry: sentinel.telemetry,
    })
    await scope.register(activityRoutes, { sentinel })
    const { trustedProxies: proxies } = config.access
    await scope.register(liveRoute, { sentinel, drain, proxies, fleet: fleet?.figures ?? null })
    await scope.register(incidentRoutes, { log: incidents })
    await scope.register(feedbackRoutes, { operator })
    await scope.register(muteRoutes, { operator })
    await scope.register(learningRoutes, { operator })
    await scope.register(healthRoutes, { detector, metrics, drain, fleet: fleet?.figures ?? null })
    await scope.register(metricsRoute, { metrics })
    await scope.register(docsRoutes)
    await scope.register(dashboardRoutes)
    await scope.register(playgroundRoutes)
  })
  return app
}

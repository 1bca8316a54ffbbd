import type { Socket } from 'node:net'
import { type Config, loadConfig } from '../config/config.js'
import type { Sentinel } from '../sentinel.js'
import { ProxyList } from './access/proxy-list.js'
import { bareApp } from './bare-app.js'
import { answerClientError } from './errors/client-error.js'
import { ADMIN_CONNECTIONS_MOST, HEADERS_TIMEOUT_MS, LATE_CHECK_MS, REQUEST_TIMEOUT_MS } from './limits.js'
import { type LoggerOptions, loggerOptions } from './logger.js'
import { SentinelMetrics } from './metrics/sentinel-metrics.js'
import { Front } from './serving/front.js'
import { serve } from './serving/serving.js'
import { outliveAcceptErrors } from './sockets/accept-errors.js'
import { Connections } from './sockets/connections.js'
import { connectionsWithin, openFiles } from './sockets/open-files.js'
import { Pipelines } from './sockets/pipelines.js'
import { Servers } from './sockets/servers.js'
import { Drain } from './stop/drain.js'

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
  const telemetry = options.sentinel?.telemetry ?? config.telemetry
  const metrics = options.metrics ?? new SentinelMetrics(telemetry.features.map(({ name }) => name))
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
  const logger =
    options.logger !== false &&
    loggerOptions(config.logLevel, options.logger, () => metrics.protection.droppedLogLines++)
  const app = bareApp({ logger }, telemetry, onClientError)
  const drain = new Drain({
    connections,
    pipelines,
    drainMs: config.limits.drainMs,
    patienceMs: STOP_PATIENCE_MS,
    onCut: (left) => app.log.warn({ connections: left }, 'connections that did not end were cut'),
  })
  const front = new Front(app.routing)
  app.decorate('drain', drain)
  app.decorate('front', front)
  app.decorate('metrics', metrics)
  const servers = new Servers(app, (server) => {
    front.stand(server)
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

  const serving = await serve(app, { config, metrics, drain, sentinel: options.sentinel })
  front.show(serving)
  if (options.sentinel === undefined) {
    // The client of the language model is slow to load: neither the start nor the first anomaly waits for it.
    servers.whenListening(() => void front.serving.sentinel.prepare())
    // Before anything that may take its time, such as a client that does not end.
    drain.onBegin(() => front.serving.detectors.save())
    // Answers that wait for the model get the rules' reason at once when the service stops.
    drain.onBegin(() => front.serving.sentinel.release())
  }
  drain.onBegin(() => front.serving.departure.begin())
  app.addHook('preClose', () => drain.finish())
  app.addHook('onClose', async () => {
    if (options.sentinel === undefined) await front.serving.detectors.close()
    await front.serving.departure.end()
  })
  await serving.begin()
  return app
}

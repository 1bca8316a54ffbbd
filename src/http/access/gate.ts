import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { AccessConfig } from '../../config/config.js'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { ENDPOINTS } from '../openapi/endpoints.js'
import { describeAnswers } from '../schemas/error.js'
import { HostList, nameOf } from './host-list.js'
import { isPage } from './open-pages.js'
import { RefusalNotes } from './refusal-notes.js'
import { cameBySocket } from './socket-callers.js'
import { TokenList } from './token-list.js'
import { asksFor, HEALTH_PATHS } from './watch-paths.js'

export interface GateOptions {
  readonly access: AccessConfig
  /** Addresses the service listens on, as configured. */
  readonly addresses: readonly string[]
  readonly metrics: SentinelMetrics
}

const HOST_REFUSAL =
  'the Host header names no host of this service; SENTINEL_ALLOWED_HOSTS lists those that it may name'
const ORIGIN_REFUSAL =
  'pages of this origin may not call the service; SENTINEL_CORS_ORIGINS lists those that may'
const FOREIGN_REFUSAL = 'pages of other sites may not load this; open it by its address'
const TOKEN_REFUSAL = 'a valid token is needed: send it as Authorization: Bearer <token>'

/**
 * Refuses requests by their `Host`, against DNS rebinding, and by their `Origin` and `Sec-Fetch-Site`, against foreign
 * web pages, before anything of them is read.
 */
export const gatePlugin = fastifyPlugin<GateOptions>(
  (app, { access, addresses, metrics }, done) => {
    const hosts = new HostList([...addresses, ...access.allowedHosts])
    const tokens = new TokenList(access.tokens)
    const origins = new Set(access.corsOrigins)
    const refused = metrics.protection.refused
    const hostNotes = new RefusalNotes(app.log, 'Host', 'SENTINEL_ALLOWED_HOSTS')
    const originNotes = new RefusalNotes(app.log, 'Origin', 'SENTINEL_CORS_ORIGINS')
    /** A browser sends a name, its pages know no token, and it reaches no Unix socket. */
    const isNoPage = (request: IncomingMessage): boolean =>
      tokens.accepts(request.headers.authorization) ||
      (!request.headers.host && asksFor(HEALTH_PATHS, request.url)) ||
      cameBySocket(request)

    describeAnswers(app, [403])
    app.addHook('onRequest', (request, _reply, next) => {
      const { host, origin } = request.raw.headers
      if (!hosts.allows(host) && !isNoPage(request.raw)) {
        refused.host++
        hostNotes.note(host ? (nameOf(host) ?? host) : undefined)
        return next(new AccessError('SENTINEL_HOST_NOT_ALLOWED', HOST_REFUSAL))
      }
      if (origin !== undefined && !origins.has(origin) && !isSameOrigin(origin, host)) {
        refused.origin++
        originNotes.note(origin)
        return next(new AccessError('SENTINEL_ORIGIN_NOT_ALLOWED', ORIGIN_REFUSAL))
      }
      if (origin === undefined && isForeignPage(request)) {
        refused.origin++
        originNotes.note(undefined)
        return next(new AccessError('SENTINEL_ORIGIN_NOT_ALLOWED', FOREIGN_REFUSAL))
      }
      next()
    })
    done()
  },
  { name: 'sentinel-gate', dependencies: ['sentinel-errors'] },
)

/**
 * Asks for a token where tokens are configured; probes carry none, nor do browsers that open a page without data.
 * Registered after CORS, whose preflights carry none either.
 */
export const tokenPlugin = fastifyPlugin<Pick<GateOptions, 'access' | 'metrics'>>(
  (app, { access, metrics }, done) => {
    const tokens = new TokenList(access.tokens)
    const refused = metrics.protection.refused
    describeAnswers(app, [401], ({ url }) => !HEALTH_PATHS.has(url) && !isPage(url))
    if (!tokens.empty) {
      app.addHook('onRequest', (request, _reply, next) => {
        const { headers, url } = request.raw
        if (tokens.accepts(headers.authorization) || asksFor(HEALTH_PATHS, url)) return next()
        if (cameBySocket(request.raw)) return next()
        // By the route that was found, so that no spelling of a path leads elsewhere.
        if (isPage(request.routeOptions.url)) return next()
        refused.token++
        next(new AccessError('SENTINEL_UNAUTHORIZED', TOKEN_REFUSAL, CHALLENGE))
      })
    }
    done()
  },
  { name: 'sentinel-token', dependencies: ['sentinel-gate'] },
)

const CHALLENGE = { 'www-authenticate': 'Bearer realm="codeflow-sentinel"' }

const STREAMS: ReadonlySet<string | undefined> = new Set([
  ENDPOINTS.anomalyStream.url,
  ENDPOINTS.liveStatus.url,
])

/**
 * Whether a browser says that a page of another site loads this as a part of its own: an image, a script, a frame. It
 * sends no `Origin` then. A link that somebody follows is no such part, unless it leads to a stream of events, which
 * would be held open for as long as its window is.
 */
function isForeignPage({ raw, routeOptions }: FastifyRequest): boolean {
  const { headers } = raw
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  const followed = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return !followed || STREAMS.has(routeOptions.url)
}

/** Whether the page was served by the service itself, with or without a proxy that ends TLS. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

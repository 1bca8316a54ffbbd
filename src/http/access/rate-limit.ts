import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import { CALLERS_MOST } from '../limits.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describeAnswers } from '../schemas/error.js'
import { monotonicStore } from './monotonic-store.js'
import { ProxyList } from './proxy-list.js'
import { cameBySocket } from './socket-callers.js'
import { TokenList } from './token-list.js'
import { asksFor, HEALTH_AND_METRICS_PATHS, HEALTH_PATHS } from './watch-paths.js'

export interface RateLimitOptions {
  /** Requests a second and caller; 0 for no limit. */
  readonly perSecond: number
  /** Those that open the service; none when it is open to all. */
  readonly tokens: readonly string[]
  /** Proxies that are believed whom they ask for. */
  readonly proxies: readonly string[]
  readonly metrics: SentinelMetrics
}

/**
 * Limits each caller: the holder of a valid token, or an address. It stands before the check of tokens and counts paths
 * that do not exist, so that neither guessing a token nor looking for paths is free. Probes are not counted, nor is a
 * scrape by somebody who may read the metrics, nor is who comes by a Unix socket: there are no addresses there.
 */
export const rateLimitPlugin = fastifyPlugin<RateLimitOptions>(
  async (app, { perSecond, tokens: accepted, proxies, metrics }) => {
    describeAnswers(app, [429], ({ url }) => !HEALTH_PATHS.has(url))
    if (perSecond === 0) return
    const { default: fastifyRateLimit } = await import('@fastify/rate-limit')
    await app.register(fastifyRateLimit, {
      global: false,
      max: perSecond,
      timeWindow: 1000,
      store: monotonicStore,
      errorResponseBuilder: (_request, { after, max }) => {
        metrics.protection.refused.rate++
        return new AccessError('SENTINEL_RATE_LIMITED', `at most ${max} requests a second; go on in ${after}`)
      },
    })
    const tokens = new TokenList(accepted)
    const uncounted = (paths: ReadonlySet<string>) => (request: FastifyRequest) =>
      asksFor(paths, request.raw.url)
    // The library takes the addresses of an IPv6 network, of which one caller has as many as it likes, for one.
    const byAddress = app.rateLimit({
      cache: CALLERS_MOST,
      allowList: uncounted(tokens.empty ? HEALTH_AND_METRICS_PATHS : HEALTH_PATHS),
    })
    const byToken = accepted.map((_, index) =>
      app.rateLimit({
        keyGenerator: () => `token ${index}`,
        allowList: uncounted(HEALTH_AND_METRICS_PATHS),
      }),
    )
    const trusted = new ProxyList(proxies)
    // A hook of the whole service: the library's own are those of routes, which a path that does not exist has none of.
    app.addHook('onRequest', (request, reply) => {
      if (cameBySocket(request.raw)) return Promise.resolve()
      if (!trusted.empty) Object.defineProperty(request, 'ip', { value: trusted.clientOf(request.raw) })
      const limit = byToken[tokens.indexOf(request.raw.headers.authorization)] ?? byAddress
      return limit.call(app, request, reply)
    })
  },
  { name: 'sentinel-rate-limit', dependencies: ['sentinel-errors'] },
)

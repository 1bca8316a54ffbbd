import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describeAnswers } from '../schemas/error.js'
import { TokenList } from './token-list.js'
import { asksFor, HEALTH_AND_METRICS_PATHS, HEALTH_PATHS } from './watch-paths.js'

export interface RateLimitOptions {
  /** Requests a second and caller; 0 for no limit. */
  readonly perSecond: number
  /** Those that open the service; none when it is open to all. */
  readonly tokens: readonly string[]
  readonly metrics: SentinelMetrics
}

/** How many callers are told apart; the count of the one not seen for longest is dropped. */
const MAX_CALLERS = 5_000

/**
 * Limits each caller: the holder of a valid token, or an address. It stands before the check of tokens and counts paths
 * that do not exist, so that neither guessing a token nor looking for paths is free. Probes are not counted, nor is a
 * scrape by somebody who may read the metrics.
 */
export const rateLimitPlugin = fastifyPlugin<RateLimitOptions>(
  async (app, { perSecond, tokens: accepted, metrics }) => {
    describeAnswers(app, [429], ({ url }) => !HEALTH_PATHS.has(url))
    if (perSecond === 0) return
    const { fastifyRateLimit } = await import('@fastify/rate-limit')
    const tokens = new TokenList(accepted)
    // A token goes by its place in the list: callers are kept in memory, and tokens must not be.
    const callerOf = ({ headers, ip }: FastifyRequest): string => {
      const token = tokens.indexOf(headers.authorization)
      return token < 0 ? ip : `token ${token}`
    }
    await app.register(fastifyRateLimit, {
      global: false,
      max: perSecond,
      timeWindow: 1000,
      cache: MAX_CALLERS,
      keyGenerator: callerOf,
      allowList: ({ raw, ip }, caller) => {
        const admitted = tokens.empty || caller !== ip
        return asksFor(admitted ? HEALTH_AND_METRICS_PATHS : HEALTH_PATHS, raw.url)
      },
      errorResponseBuilder: (_request, { after, max }) => {
        metrics.protection.refused.rate++
        return new AccessError('SENTINEL_RATE_LIMITED', `at most ${max} requests a second; go on in ${after}`)
      },
    })
    // A hook of the whole service: the library's own are those of routes, which a path that does not exist has none of.
    app.addHook('onRequest', app.rateLimit())
  },
  { name: 'sentinel-rate-limit', dependencies: ['sentinel-errors'] },
)

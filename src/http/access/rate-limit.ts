import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describeAnswers } from '../schemas/error.js'
import { presentedToken } from './token-list.js'
import { asksFor, HEALTH_AND_METRICS_PATHS } from './watch-paths.js'

export interface RateLimitOptions {
  /** Requests a second and caller; 0 for no limit. */
  readonly perSecond: number
  readonly metrics: SentinelMetrics
}

/** How many callers are told apart; the count of the one not seen for longest is dropped. */
const MAX_CALLERS = 5_000

/** Limits each token, or each address where no token came. Probes and scrapes are not counted. */
export const rateLimitPlugin = fastifyPlugin<RateLimitOptions>(
  async (app, { perSecond, metrics }) => {
    describeAnswers(app, [429], ({ url }) => !HEALTH_AND_METRICS_PATHS.has(url))
    if (perSecond === 0) return
    const { fastifyRateLimit } = await import('@fastify/rate-limit')
    await app.register(fastifyRateLimit, {
      max: perSecond,
      timeWindow: 1000,
      cache: MAX_CALLERS,
      keyGenerator: callerOf,
      allowList: (request) => asksFor(HEALTH_AND_METRICS_PATHS, request.raw.url),
      errorResponseBuilder: (_request, { after, max }) => {
        metrics.protection.refused.rate++
        return new AccessError('SENTINEL_RATE_LIMITED', `at most ${max} requests a second; go on in ${after}`)
      },
    })
  },
  { name: 'sentinel-rate-limit', dependencies: ['sentinel-errors'] },
)

/** A token as its digest: callers are kept in memory, and tokens must not be. */
function callerOf({ headers, ip }: FastifyRequest): string {
  const token = presentedToken(headers.authorization)
  return token === null ? ip : hash('sha256', token)
}

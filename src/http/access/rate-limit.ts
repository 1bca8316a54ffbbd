import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { AccessError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { presentedToken } from './token-list.js'

export interface RateLimitOptions {
  /** Requests a second and caller. */
  readonly perSecond: number
  readonly metrics: SentinelMetrics
}

/** Callers told apart at a time. */
const MAX_CALLERS = 5_000

/** Limits each token, or each address where no token is asked for. Probes and scrapes are not counted. */
export const rateLimitPlugin = fastifyPlugin<RateLimitOptions>(
  async (app, { perSecond, metrics }) => {
    const { fastifyRateLimit } = await import('@fastify/rate-limit')
    await app.register(fastifyRateLimit, {
      max: perSecond,
      timeWindow: 1000,
      cache: MAX_CALLERS,
      keyGenerator: callerOf,
      allowList: (request) => request.url.startsWith('/health') || request.url.startsWith('/metrics'),
      errorResponseBuilder: (_request, { after, max }) => {
        metrics.protection.refused.rate++
        return new AccessError('SENTINEL_RATE_LIMITED', `at most ${max} requests a second; go on in ${after}`)
      },
    })
  },
  { name: 'sentinel-rate-limit' },
)

/** Never the token itself: keys stay in memory. */
function callerOf({ headers, ip }: FastifyRequest): string {
  const token = presentedToken(headers.authorization)
  return token === null ? ip : hash('sha256', token)
}

import fastifyPlugin from 'fastify-plugin'
import type { Config } from '../../config/config.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import type { Departure } from '../stop/departure.js'
import { gatePlugin, tokenPlugin } from './gate.js'
import { loadSheddingPlugin } from './load-shedding.js'
import { rateLimitPlugin } from './rate-limit.js'

export interface ProtectionOptions {
  readonly config: Config
  readonly metrics: SentinelMetrics
  readonly leave: Departure
}

/**
 * Everything that stands before the routes, cheapest refusal first. What is not configured adds nothing to a request,
 * and no library is loaded for it. The answers are described all the same: the OpenAPI document tells what the service
 * may answer under any configuration.
 */
export const protectionPlugin = fastifyPlugin<ProtectionOptions>(
  async (app, { config, metrics, leave }) => {
    const { access, limits, host, admin } = config
    await app.register(gatePlugin, { access, addresses: [host, admin.host], metrics })
    await app.register(loadSheddingPlugin, { maxDelayMs: limits.maxDelayMs, metrics, leave })
    if (access.corsOrigins.length > 0) {
      const { corsPlugin } = await import('./cors.js')
      await app.register(corsPlugin, { origins: access.corsOrigins })
    }
    await app.register(rateLimitPlugin, {
      perSecond: limits.rateLimit,
      tokens: access.tokens,
      proxies: access.trustedProxies,
      metrics,
    })
    await app.register(tokenPlugin, { access, metrics })
  },
  { name: 'sentinel-protection', dependencies: ['sentinel-errors'] },
)

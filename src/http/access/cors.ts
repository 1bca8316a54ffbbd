import fastifyPlugin from 'fastify-plugin'

export interface CorsOptions {
  /** Origins of the pages that may call. */
  readonly origins: readonly string[]
}

const PREFLIGHT_MAX_AGE_S = 600

/** Lets pages of the configured origins read answers. Requests from pages of all others do not get past the gate. */
export const corsPlugin = fastifyPlugin<CorsOptions>(
  async (app, { origins }) => {
    const { default: fastifyCors } = await import('@fastify/cors')
    await app.register(fastifyCors, {
      origin: [...origins],
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
      exposedHeaders: ['x-anomaly-id', 'retry-after', 'idempotency-replayed'],
      maxAge: PREFLIGHT_MAX_AGE_S,
      strictPreflight: true,
    })
  },
  { name: 'sentinel-cors', dependencies: ['sentinel-gate'] },
)

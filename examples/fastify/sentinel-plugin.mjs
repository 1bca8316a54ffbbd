// Fastify plugin that reports each request when its answer was sent: await app.register(sentinel, { client }).
import fastifyPlugin from 'fastify-plugin'

/**
 * @typedef {object} SentinelOptions
 * @property {import('../javascript/sentinel-client.mjs').SentinelClient} client
 * @property {(verdict: import('../javascript/sentinel-client.mjs').Verdict,
 *   request: import('fastify').FastifyRequest) => void} [onThreat] hears of every alert; `action` says what it
 *   warrants: `observe` (look), `throttle`, `freeze`
 */

export const sentinel = fastifyPlugin(
  /** @param {SentinelOptions} options */
  async (app, { client, onThreat = () => {} }) => {
    app.addHook('onResponse', async (request, reply) => {
      const verdict = await client.analyze({
        latency: reply.elapsedTime,
        input_length: Number(request.headers['content-length'] ?? 0),
        errors: reply.statusCode >= 500 ? 1 : 0,
        // The pattern and not the path: /users/:id is one operation, /users/17 is not.
        route: request.routeOptions.url ?? 'unmatched',
      })
      if (verdict.status === 'THREAT_DETECTED') onThreat(verdict, request)
    })
  },
  { name: 'sentinel' },
)

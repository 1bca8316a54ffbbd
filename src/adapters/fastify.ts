import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { watchNodeExchange } from './node/node-exchange.js'
import type { AdapterOptions, RequestWatch } from './options.js'
import { Watch } from './watch.js'

export type * from './options.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What became of the requests that `watchRequests` watches. */
    requestWatch: RequestWatch
  }
}

/**
 * Fastify plugin that has every request judged, in process or by a sidecar:
 * `await app.register(watchRequests, { sentinel })` or `{ report: 'http://127.0.0.1:8000' }`. Register it first, and it
 * watches the routes of all plugins. `app.requestWatch.counts` says what became of the requests.
 */
export const watchRequests: FastifyPluginAsync<AdapterOptions<FastifyRequest>> = fastifyPlugin(
  async (app: FastifyInstance, options: AdapterOptions<FastifyRequest>) => {
    const watch = new Watch(options)
    app.decorate('requestWatch', watch)
    app.addHook('onRequest', (request, reply, next) => {
      watchNodeExchange(request.raw, reply.raw, (exchange) =>
        watch.ended({ ...exchange, route: request.routeOptions.url }, request),
      )
      next()
    })
    app.addHook('onClose', () => watch.close())
  },
  { name: 'codeflow-sentinel', fastify: '4.x || 5.x' },
)

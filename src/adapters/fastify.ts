import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, onRequestHookHandler } from 'fastify'
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
    // `request.routeOptions` makes a new object at each look, which costs a request 10 µs: each route brings its own name.
    app.decorateRequest(ROUTE, undefined)
    app.addHook('onRoute', (route) => {
      route.onRequest = [named(route.url), ...[route.onRequest ?? []].flat()]
    })
    app.addHook('onRequest', (request: Named, reply, next) => {
      watchNodeExchange(request.raw, reply.raw, (exchange) =>
        // Routes from before this plugin bring none.
        watch.ended(exchange, request[ROUTE] ?? request.routeOptions.url, request),
      )
      next()
    })
    app.addHook('onClose', () => watch.close())
  },
  { name: 'codeflow-sentinel', fastify: '4.x || 5.x' },
)

/** Under which a request keeps the pattern that it matched. */
const ROUTE = Symbol('codeflow-sentinel.route')
type Named = FastifyRequest & { [ROUTE]?: string | undefined }

function named(url: string): onRequestHookHandler {
  return (request: Named, _reply, next) => {
    request[ROUTE] = url
    next()
  }
}

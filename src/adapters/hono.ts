import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { watchNodeExchange } from './node/node-exchange.js'
import type { AdapterOptions, RequestWatch } from './options.js'
import { Watch } from './watch.js'
import { watchWebExchange } from './web/web-exchange.js'

export type * from './options.js'

/** What @hono/node-server hands on of Node's own. */
interface NodeBindings {
  readonly incoming?: IncomingMessage
  readonly outgoing?: ServerResponse
}

/** Paths of middleware for everything: no pattern of a route. */
const EVERYTHING = new Set(['*', '/*'])

/**
 * Hono middleware that has every request judged, in process or by a sidecar: `app.use(watchRequests({ sentinel }))` or
 * `{ report: 'http://127.0.0.1:8000' }`. Use it before all others. On Node it measures to the last byte of the answer;
 * elsewhere to the answer that the handlers return, or to the end of its stream.
 */
export function watchRequests(options: AdapterOptions<Context>): MiddlewareHandler & RequestWatch {
  const watch = new Watch(options)
  const middleware: MiddlewareHandler = async (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings
    if (incoming === undefined || outgoing === undefined) {
      await watchWebExchange(context, next, (exchange) => watch.ended(exchange, routeOf(context), context))
      return
    }
    watchNodeExchange(
      incoming,
      outgoing,
      (exchange) => watch.ended(exchange, routeOf(context), context),
      () => context.res.headers.get('content-type'),
    )
    await next()
  }
  return Object.assign(middleware, { counts: watch.counts, close: () => watch.close() })
}

/** The path of the handler that answered: the last that Hono went to. */
function routeOf(context: Context): string | undefined {
  const path = context.req.routePath
  return EVERYTHING.has(path) ? undefined : path
}

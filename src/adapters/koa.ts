import type { IncomingMessage, ServerResponse } from 'node:http'
import { watchNodeExchange } from './node/node-exchange.js'
import type { AdapterOptions, RequestWatch } from './options.js'
import { Watch } from './watch.js'

export type * from './options.js'

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The pattern that matched, as @koa/router leaves it. */
  readonly _matchedRoute?: string | RegExp | undefined
}

export interface KoaMiddleware<Context extends KoaContext> extends RequestWatch {
  (context: Context, next: () => Promise<unknown>): Promise<unknown>
}

/**
 * Koa middleware that has every request judged, in process or by a sidecar: `app.use(watchRequests({ sentinel }))` or
 * `{ report: 'http://127.0.0.1:8000' }`. Use it before all others. Routes are those of @koa/router.
 */
export function watchRequests<Context extends KoaContext = KoaContext>(
  options: AdapterOptions<Context>,
): KoaMiddleware<Context> {
  const watch = new Watch(options)
  const middleware = (context: Context, next: () => Promise<unknown>): Promise<unknown> => {
    watchNodeExchange(context.req, context.res, (exchange) =>
      watch.ended(exchange, context._matchedRoute?.toString(), context),
    )
    return next()
  }
  return Object.assign(middleware, { counts: watch.counts, close: () => watch.close() })
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { followWay, wayOf } from './express/route-path.js'
import { watchNodeExchange } from './node/node-exchange.js'
import type { AdapterOptions, RequestWatch } from './options.js'
import { Watch } from './watch.js'

export type * from './options.js'

/** What is used of Express' request, 4 and 5. */
export interface ExpressRequest extends IncomingMessage {
  baseUrl: string
  // Express says `any`.
  route?: { readonly path: unknown }
  params?: Readonly<Record<string, unknown>>
  app?: { readonly request: object }
}

export interface ExpressMiddleware<Request extends ExpressRequest> extends RequestWatch {
  (request: Request, response: ServerResponse, next: (error?: unknown) => void): void
}

/**
 * Express middleware, for 4 and 5, that has every request judged, in process or by a sidecar:
 * `app.use(watchRequests({ sentinel }))` or `{ report: 'http://127.0.0.1:8000' }`. Use it before all others: what comes
 * before it is not measured.
 */
export function watchRequests<Request extends ExpressRequest = ExpressRequest>(
  options: AdapterOptions<Request>,
): ExpressMiddleware<Request> {
  const watch = new Watch(options)
  const middleware = (request: Request, response: ServerResponse, next: () => void): void => {
    followWay(request)
    watchNodeExchange(request, response, (exchange) =>
      watch.ended(exchange, wayOf(request) || (request.route && '/'), request),
    )
    next()
  }
  return Object.assign(middleware, { counts: watch.counts, close: () => watch.close() })
}

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import type { Serving } from './serving.js'

declare module 'fastify' {
  interface FastifyInstance {
    front: Front
    /** Of whatever serves. */
    metrics: SentinelMetrics
  }
}

/** Where the servers of an app hand requests to: the app itself, until something else serves in its place. */
export class Front {
  #serving: Serving | null = null
  #routing: RequestListener | null = null
  readonly #own: RequestListener

  /** @param own handles requests until another does */
  constructor(own: RequestListener) {
    this.#own = own
  }

  /** What serves now. */
  get serving(): Serving {
    if (this.#serving === null) throw new Error('nothing serves yet')
    return this.#serving
  }

  /** Handles a request by what serves now. */
  readonly routing: RequestListener = (request, response) => (this.#routing ?? this.#own)(request, response)

  /** Puts itself in the place of whoever handles a server's requests. */
  stand(server: Server): void {
    const handlers = server.listeners('request')
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#routing !== null) this.#routing(request, response)
      else for (const handle of handlers) handle.call(server, request, response)
    })
  }

  /** Has this serve from the next request on. @param routing handles its requests; without one the app itself does */
  show(serving: Serving, routing: RequestListener | null = null): void {
    this.#serving = serving
    this.#routing = routing
  }
}

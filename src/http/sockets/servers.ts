import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Treats a server that hands its requests to the app as one of the app's own, and closes it with the app. */
    adoptServer(server: Server): void
  }
}

/** Where Fastify keeps the servers beside `app.server`: it names the symbol so. */
const BINDINGS = 'fastify.serverBindings'

/**
 * The servers of an app, each handed on before it takes a connection. There are two for `localhost`, which stands for an
 * IPv4 and an IPv6 address; Fastify configures the second one less than the first. Others are adopted.
 */
export class Servers {
  readonly #adopted: Server[] = []
  #onListening: (() => void) | null = null

  constructor(app: FastifyInstance, watch: (server: Server) => void) {
    watch(app.server)
    app.addHook('onListen', async () => {
      for (const server of furtherServers(app)) watch(server)
      this.#listening()
    })
    app.decorate('adoptServer', (server: Server) => {
      this.#adopted.push(server)
      watch(server)
      server.once('listening', () => this.#listening())
    })
    app.addHook('onClose', async () => {
      for (const server of this.#adopted) server.close()
    })
  }

  /** Calls once, when the first of them listens. */
  whenListening(act: () => void): void {
    this.#onListening = act
  }

  #listening(): void {
    this.#onListening?.()
    this.#onListening = null
  }
}

function furtherServers(app: object): Server[] {
  const symbol = Object.getOwnPropertySymbols(app).find(({ description }) => description === BINDINGS)
  return symbol === undefined ? [] : ((app as Record<symbol, Server[]>)[symbol] ?? [])
}

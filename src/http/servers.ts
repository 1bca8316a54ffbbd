import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Where Fastify keeps the servers beside `app.server`: it names the symbol so. */
const BINDINGS = 'fastify.serverBindings'

/**
 * Hands on every server of an app before it takes a connection. There are two for `localhost`, which stands for an IPv4
 * and an IPv6 address; Fastify configures the second one less than the first.
 */
export function watchServers(
  app: Pick<FastifyInstance, 'server' | 'addHook'>,
  watch: (server: Server) => void,
): void {
  watch(app.server)
  app.addHook('onListen', async () => {
    for (const server of furtherServers(app)) watch(server)
  })
}

function furtherServers(app: object): Server[] {
  const symbol = Object.getOwnPropertySymbols(app).find(({ description }) => description === BINDINGS)
  return symbol === undefined ? [] : ((app as Record<symbol, Server[]>)[symbol] ?? [])
}

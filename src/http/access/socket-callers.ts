import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

const letIn = new WeakSet<Socket>()

/**
 * Takes everybody who comes by this server for let in: it listens on a Unix socket, whose rights have decided who may
 * write to it. They need no token, may call the service what they like, and count for nobody but themselves: they have no
 * address.
 */
export function letInBy(server: Server): void {
  server.on('connection', (socket: Socket) => letIn.add(socket))
}

/** Whether a request came by a Unix socket. */
export function cameBySocket({ socket }: IncomingMessage): boolean {
  return letIn.has(socket)
}

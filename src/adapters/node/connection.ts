import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** The exchanges of each connection that have not ended: more than one where requests are pipelined. */
const openExchanges = new WeakMap<Socket, Set<() => void>>()

/**
 * Has `end` called when the request's connection is lost. Node tells the answer at hand, but not those that wait behind
 * it. One listener a connection: many requests on it are no reason for a warning.
 * @returns what to call when the exchange has ended; null where there are no pipelines
 */
export function whenConnectionCloses(request: IncomingMessage, end: () => void): (() => void) | null {
  const { socket } = request
  if (socket === undefined || socket === null || request.httpVersionMajor >= 2) return null
  const open = openExchanges.get(socket) ?? listenTo(socket)
  open.add(end)
  return () => open.delete(end)
}

function listenTo(socket: Socket): Set<() => void> {
  const open = new Set<() => void>()
  openExchanges.set(socket, open)
  socket.once('close', () => {
    for (const end of open) end()
  })
  return open
}

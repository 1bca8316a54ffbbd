// What the applications of all frameworks share: each has the same routes, with the adapter first.
import { once } from 'node:events'
import { Readable } from 'node:stream'

export const EVENTS = 'text/event-stream'

/** @returns {never} */
export const boom = () => {
  throw new Error('broken on purpose')
}

/**
 * Two parts of an answer. The second waits.
 * @param {import('./index.mjs').Gate} gate
 */
export const parts = (gate) =>
  Readable.from(
    (async function* () {
      yield 'first '
      gate.reached()
      await gate.opened
      yield 'last'
    })(),
  )

/** @param {import('node:http').Server} server */
export async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** @param {import('node:http').Server} server */
export async function closed(server) {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

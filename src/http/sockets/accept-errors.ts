import type { Server } from 'node:http'
import type { SentinelLog } from '../../sentinel.js'

const LOG_EVERY_MS = 1_000

/**
 * A connection that cannot be taken, for want of files or memory say, is no reason to end: those that there are go on.
 * It is logged once a second at most.
 */
export function outliveAcceptErrors(server: Server, log: Pick<SentinelLog, 'error'>): void {
  let loggedMs = Number.NEGATIVE_INFINITY
  let unsaid = 0
  const note = (err: Error): void => {
    const nowMs = performance.now()
    if (nowMs - loggedMs < LOG_EVERY_MS) {
      unsaid++
      return
    }
    log.error({ err, unsaid }, 'a connection could not be taken')
    loggedMs = nowMs
    unsaid = 0
  }
  // What goes wrong before it listens is for whoever had it listen.
  if (server.listening) server.on('error', note)
  else server.once('listening', () => server.on('error', note))
}

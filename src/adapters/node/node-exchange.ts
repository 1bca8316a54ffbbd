import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange } from '../../telemetry/exchange.js'
import { countArriving, mayArriveInChunks } from './arriving-bytes.js'
import { whenConnectionCloses } from './connection.js'

/** Told what an exchange came to. */
export type ExchangeEnded = (exchange: Exchange) => void

const EVENT_STREAM = /^text\/event-stream/i

/**
 * Measures one exchange of Node's HTTP server, from now to the end of the answer or to its abort, without taking
 * anything from the request or adding to the answer. `ended` is called once; not at all for a connection that was
 * upgraded, which is no exchange any more and may live for days.
 * @param contentType of the answer, where it is known better than by its headers
 */
export function watchNodeExchange(
  request: IncomingMessage,
  response: ServerResponse,
  ended: ExchangeEnded,
  contentType: () => unknown = () => response.getHeader('content-type'),
): void {
  const arrivedMs = performance.now()
  const { headers } = request
  const announced = headers['content-length']
  const arrived = announced === undefined && mayArriveInChunks(request) ? countArriving(request) : null
  let open = true
  let finished = false
  const end = (): void => {
    if (!open) return
    open = false
    forget?.()
    // What is written to a connection that is gone counts as written; that it is gone is known of the request.
    const whole = finished && !request.aborted
    if (!whole && wasUpgraded(request)) return
    const erred = (response.errored ?? null) !== null
    ended({
      latencyMs: performance.now() - arrivedMs,
      inputLength: arrived === null ? Number(announced ?? 0) : arrived.bytes,
      status: response.statusCode,
      failed: erred || (!whole && !isLeft(request, response, contentType)),
      traceparent: headers.traceparent as string | undefined,
    })
  }
  // Not `once`, which wraps each listener and takes it away again: both belong to this one exchange.
  response.on('finish', () => {
    finished = true
  })
  response.on('close', end)
  const forget = whenConnectionCloses(request, end)
}

/**
 * Whether the caller left a stream of events: those have no end of their own, and are left when enough was heard. The type
 * of an answer cannot always be told, for what is handed to `writeHead` alone is kept nowhere; browsers say what they
 * ask for.
 */
function isLeft(
  { headers }: IncomingMessage,
  { headersSent }: ServerResponse,
  contentType: () => unknown,
): boolean {
  return (
    headersSent && (EVENT_STREAM.test(String(contentType())) || EVENT_STREAM.test(String(headers.accept)))
  )
}

/** Node says so on the request, but not in its types. */
function wasUpgraded(request: IncomingMessage): boolean {
  return (request as { upgrade?: boolean | null }).upgrade === true
}

import type { Exchange } from '../../telemetry/exchange.js'

/** What is used of Hono's context, of the web's own requests and responses. */
export interface WebContext {
  readonly req: { raw: Request }
  res: Response
  /** What the handler threw. */
  readonly error?: unknown
}

/**
 * Measures one exchange of web requests and responses. A body of unknown length is counted as it is read. An answer
 * that says it streams is measured to the end of its stream; of others the end is not to be seen, only that the
 * handlers are done.
 * @param ended called once
 */
export async function watchWebExchange(
  context: WebContext,
  next: () => Promise<void>,
  ended: (exchange: Exchange) => void,
): Promise<void> {
  const arrivedMs = performance.now()
  const request = context.req.raw
  const announced = request.headers.get('content-length')
  const arrived = { bytes: Number(announced ?? 0) }
  if (announced === null && request.body !== null) {
    const body = request.body.pipeThrough(passing((bytes) => (arrived.bytes += bytes)))
    context.req.raw = new Request(request, { body, duplex: 'half' } as RequestInit)
  }
  const traceparent = request.headers.get('traceparent') ?? undefined
  let open = true
  const end = (status: number, failed: boolean): void => {
    if (!open) return
    open = false
    request.signal?.removeEventListener('abort', abort)
    ended({
      latencyMs: performance.now() - arrivedMs,
      inputLength: arrived.bytes,
      status,
      failed,
      traceparent,
    })
  }
  const abort = (): void => end(499, true)
  request.signal?.addEventListener('abort', abort)
  try {
    await next()
  } catch (error) {
    end(500, true)
    throw error
  }
  const { res } = context
  if (!open || res.body === null || !streams(res)) {
    end(res.status, false)
    return
  }
  const events = res.headers.get('content-type')?.startsWith('text/event-stream') === true
  const tracked = passing(
    () => {},
    (whole) => end(res.status, !whole && !events),
  )
  context.res = new Response(res.body.pipeThrough(tracked), res)
}

/** Whether the answer says so itself: to look at any other would make a stream of it. */
function streams({ headers }: Response): boolean {
  return (
    headers.get('transfer-encoding') === 'chunked' ||
    headers.get('content-type')?.startsWith('text/event-stream') === true
  )
}

/**
 * A stream that passes everything on and tells of it.
 * @param done told once whether it came to its end, or was given up
 */
function passing(
  count: (bytes: number) => void,
  done: (whole: boolean) => void = () => {},
): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count(chunk.byteLength)
      controller.enqueue(chunk)
    },
    flush: () => done(true),
    cancel: () => done(false),
  } as Transformer<Uint8Array, Uint8Array>)
}

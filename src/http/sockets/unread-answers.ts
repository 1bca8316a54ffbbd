import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HEALTH_AND_METRICS_PATHS } from '../access/watch-paths.js'
import { AnswerStream } from '../batch/answer-text.js'
import { errorAnswer } from '../schemas/error.js'

/** Answers below this size are not counted. */
const SMALL = 16 * 1024
/** An answer that is not read to its end after this time gives way to the next, ms. */
const SLOW_MS = 5_000
const RETRY_AFTER_S = '5'

interface Unread {
  readonly request: FastifyRequest
  readonly bytes: number
  readonly sinceMs: number
}

/**
 * Bounds the text of answers that has been made and not been read. Without it everybody who asks for a long list and
 * reads nothing would cost the memory of the list. Files are not counted: whoever is sent one is sent the same bytes.
 */
export class UnreadAnswers {
  readonly #most: number
  /** The oldest first. */
  readonly #unread = new Map<FastifyReply, Unread>()
  #bytes = 0

  /** @param most bytes; a single answer may be larger */
  constructor(most: number) {
    this.#most = most
  }

  /** Bounds the answers of the routes of this scope. */
  bound(app: FastifyInstance): void {
    app.addHook('onSend', (request, reply, payload, next) => {
      const bytes = sizeOf(payload)
      if (bytes < SMALL) return next(null, payload)
      if (!this.#hasRoomFor(bytes) && !isWatching(request)) return next(null, refusalOn(reply))
      this.#count(request, reply, bytes)
      next(null, payload)
    })
  }

  #hasRoomFor(bytes: number): boolean {
    const latestMs = performance.now() - SLOW_MS
    for (const [reply, { request, sinceMs }] of this.#unread) {
      if (this.#bytes + bytes <= this.#most || sinceMs > latestMs) break
      request.raw.socket.destroy()
      this.#forget(reply)
    }
    return this.#bytes === 0 || this.#bytes + bytes <= this.#most
  }

  #count(request: FastifyRequest, reply: FastifyReply, bytes: number): void {
    this.#unread.set(reply, { request, bytes, sinceMs: performance.now() })
    this.#bytes += bytes
    reply.raw.once('close', () => this.#forget(reply))
  }

  #forget(reply: FastifyReply): void {
    this.#bytes -= this.#unread.get(reply)?.bytes ?? 0
    this.#unread.delete(reply)
  }
}

/** Health and metrics are answered whatever happens. */
function isWatching({ routeOptions }: FastifyRequest): boolean {
  return HEALTH_AND_METRICS_PATHS.has(routeOptions.url ?? '')
}

function refusalOn(reply: FastifyReply): string {
  const message = 'too many answers are not read yet; try again after the seconds that Retry-After gives'
  reply
    .code(503)
    .header('retry-after', RETRY_AFTER_S)
    .header('content-type', 'application/json; charset=utf-8')
  return JSON.stringify(errorAnswer('SENTINEL_OVERLOADED', message))
}

/** Text that was made for one answer; streams of events and of files are none. */
function sizeOf(payload: unknown): number {
  if (typeof payload === 'string') return payload.length
  return payload instanceof AnswerStream ? payload.bytes : 0
}

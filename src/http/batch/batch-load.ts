import type { FastifyInstance } from 'fastify'
import { AccessError } from '../errors/error-codes.js'
import { BATCH_BODIES_BYTES, BATCHES_MOST } from '../limits.js'
import { BodyRooms } from './body-rooms.js'
import { SharedTurns } from './shared-turns.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set where many records come in one request. */
    bulk?: boolean
  }
}

/** How much of batches is at work, so that many large ones cannot take all memory or all turns. */
export class BatchLoad {
  readonly rooms = new BodyRooms()
  #requests = 0
  #judged = 0
  #bytes = 0

  /**
   * Counts the requests of an app that are no batches, to be called before its routes are added: batches make room for
   * them, and not for each other.
   */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', ({ routeOptions }, _reply, next) => {
      if (routeOptions.config?.bulk !== true) this.#requests += 1
      next()
    })
  }

  /** Those that were counted so far. */
  get otherRequests(): number {
    return this.#requests
  }

  /** For one batch. */
  turns(): SharedTurns {
    return new SharedTurns(() => this.otherRequests)
  }

  /**
   * Before a body is read.
   * @returns what to call once it is not needed any more
   * @throws AccessError 429 when too much is being read already
   */
  takeIn(bytes: number): () => void {
    if (this.#bytes + bytes > BATCH_BODIES_BYTES) throw busy('the bodies of other batches are being read')
    this.#bytes += bytes
    return once(() => {
      this.#bytes -= bytes
    })
  }

  /**
   * Before a batch is judged.
   * @returns what to call when it was
   * @throws AccessError 429 when too many are being judged already
   */
  begin(): () => void {
    if (this.#judged >= BATCHES_MOST) throw busy(`${BATCHES_MOST} batches are being judged`)
    this.#judged += 1
    return once(() => {
      this.#judged -= 1
    })
  }
}

function once(done: () => void): () => void {
  let open = true
  return () => {
    if (open) done()
    open = false
  }
}

function busy(what: string): AccessError {
  const message = `${what}; send this one again after the seconds that Retry-After gives`
  return new AccessError('SENTINEL_RATE_LIMITED', message, { 'retry-after': '1' })
}

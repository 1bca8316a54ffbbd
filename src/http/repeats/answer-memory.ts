import { hash } from 'node:crypto'
import { FifoMap } from 'toad-cache'
import { ApiError } from '../errors/error-codes.js'

/** A client's key, which may stand behind the name of a detector and a line break: no header holds one. */
const KEY = /^(?:[a-z\d_-]+\n)?[!-~]{1,255}$/

/** The first answer to a request that may come again. */
export interface FirstAnswer<Answer> {
  readonly answer: Answer
  readonly anomalyId: string | null
}

interface Entry<Answer> extends FirstAnswer<Answer> {
  readonly fingerprint: string
}

/**
 * Answers by `Idempotency-Key`, the last `capacity` of them: a client that repeats a request because it did not
 * see the answer gets that answer, and its record counts once. An answer that is still being made is kept as
 * its promise, so that a repetition waits for the first.
 */
export class AnswerMemory<Answer> {
  readonly #entries: FifoMap<Entry<Answer>>

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    this.#entries = new FifoMap(capacity)
  }

  /**
   * The answer that this key got before, or null.
   * @param fingerprint of the request, by `fingerprintOf`
   * @throws ApiError when the key is malformed, or came with another request
   */
  recall(key: string, fingerprint: string): FirstAnswer<Answer> | null {
    if (!KEY.test(key)) {
      throw new ApiError(
        'SENTINEL_INVALID_IDEMPOTENCY_KEY',
        'Idempotency-Key must be 1 to 255 visible ASCII characters',
      )
    }
    const entry = this.#entries.get(key)
    if (entry === undefined) return null
    if (entry.fingerprint === fingerprint) return entry
    throw new ApiError(
      'SENTINEL_IDEMPOTENCY_KEY_REUSED',
      'this Idempotency-Key came with another record before; use a new key for each record',
    )
  }

  /** Keeps an answer under its key; the oldest goes when there is one too many. */
  keep(key: string, fingerprint: string, answer: Answer, anomalyId: string | null): void {
    this.#entries.set(key, { answer, anomalyId, fingerprint })
  }

  /** For a request that came to nothing, and may be tried again. */
  forget(key: string): void {
    this.#entries.delete(key)
  }
}

/**
 * A digest of everything that an answer depends on, so that what was sent need not be kept. It is taken of the body as it
 * came, before anything is judged: whoever sends a request again sends the same bytes.
 */
export function fingerprintOf(body: string, ...options: readonly (string | undefined)[]): string {
  return hash('sha256', `${JSON.stringify(options)}\n${body}`, 'base64')
}

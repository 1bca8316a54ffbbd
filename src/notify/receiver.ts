import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { mayPass, readRetryAfter } from './back-off.js'
import type { Clock } from './clock.js'
import { signatureHeaders } from './signature.js'

/** What became of one try. The reason holds nothing of the URL, which may be a secret itself. */
export type TryOutcome =
  | { readonly delivered: true }
  | {
      readonly delivered: false
      readonly reason: string
      readonly worthRetrying: boolean
      /** What the receiver asked for, in milliseconds; 0 for nothing. */
      readonly retryAfterMs: number
    }

export interface ReceiverOptions {
  readonly url: URL
  /** Signs what is posted; null posts it unsigned. */
  readonly secret: string | null
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number
  readonly userAgent: string
  readonly clock: Clock
}

/** An answer is read to its end, so that the receiver sees no broken connection, but not further than this. */
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Whoever takes the posts: one try at a time, each on a connection of its own. Redirects are not followed.
 *
 * `node:http` and not `fetch`, whose first use takes the event loop for tens of milliseconds: no record is answered then.
 */
export class Receiver {
  readonly #options: ReceiverOptions
  #underWay: ClientRequest | null = null

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  /** Never rejects, and settles within the time-out. */
  post(body: string): Promise<TryOutcome> {
    const { url, secret, timeoutMs, userAgent, clock } = this.#options
    const signature = secret === null ? {} : signatureHeaders(secret, body, clock.nowMs())
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': userAgent,
        ...signature,
      },
    })
    this.#underWay = request
    let outcome: TryOutcome | null = null
    const cancel = clock.after(timeoutMs, () => {
      outcome ??= failed(`no answer within ${timeoutMs} ms`)
      request.destroy()
    })
    request.once('response', (response) => {
      outcome ??= outcomeOf(response, clock.nowMs())
      readToItsEnd(response)
    })
    request.on('error', (error) => {
      outcome ??= failed(reasonOf(error))
    })
    request.end(body)
    return new Promise((resolve) => {
      request.once('close', () => {
        cancel()
        this.#underWay = null
        resolve(outcome ?? failed('the connection was closed'))
      })
    })
  }

  /** Ends the try under way, if there is one: it fails. */
  abort(): void {
    this.#underWay?.destroy()
  }
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage, nowMs: number): TryOutcome {
  if (statusCode >= 200 && statusCode < 300) return { delivered: true }
  return {
    delivered: false,
    reason:
      statusCode >= 300 && statusCode < 400 ? `redirected with ${statusCode}` : `answered ${statusCode}`,
    worthRetrying: mayPass(statusCode),
    retryAfterMs:
      statusCode === 429 || statusCode === 503 ? readRetryAfter(headers['retry-after'], nowMs) : 0,
  }
}

function readToItsEnd(response: IncomingMessage): void {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) response.destroy()
  })
  // A connection that breaks after the status changes nothing.
  response.on('error', () => {})
}

function failed(reason: string): TryOutcome {
  return { delivered: false, reason, worthRetrying: true, retryAfterMs: 0 }
}

/** The code, `ECONNREFUSED`: messages of some errors repeat what was asked for. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name
}

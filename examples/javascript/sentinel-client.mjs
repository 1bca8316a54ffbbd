// A client for CodeFlow Sentinel: copy it into your service. It needs nothing but a runtime with fetch (Node 20, Deno,
// Bun, browsers).
//
// It fails open: whatever goes wrong, the answer is "no verdict" and never an exception, because a service must not
// stop when the one that watches it does. A repetition carries the idempotency key of its first try, so that a record
// whose answer was lost counts once.

/**
 * @typedef {object} Telemetry
 * @property {number} latency milliseconds
 * @property {number} input_length bytes or characters
 * @property {number} errors count
 * @property {string} [route] which operation
 * @property {string} [user_id]
 *
 * @typedef {object} Verdict
 * @property {'OK' | 'THREAT_DETECTED' | 'UNKNOWN'} status `UNKNOWN` when there is no verdict: go on as if it were OK
 * @property {'observe' | 'throttle' | 'freeze'} [action] of a threat: look at it, slow down, or stop; act on this and
 *   not on the status, for most alerts warrant no more than a look
 * @property {string} [reason] of a threat; of `UNKNOWN`, what went wrong
 * @property {number} [prediction_score]
 * @property {number} [confidence] how rare the record is among ordinary ones, 0 to 1
 * @property {string} [anomalyId] under which GET /anomalies/{id} knows it
 */

export class SentinelClient {
  #url
  #fetch
  #headers
  #timeoutMs
  #retries

  /**
   * @param {object} [options]
   * @param {string} [options.url] `http://host:port`; in Node, Deno and Bun `unix:/path/of/the.sock`, too
   * @param {string} [options.token] what SENTINEL_API_TOKEN says
   * @param {number} [options.timeoutMs] for all tries together
   * @param {number} [options.retries] after the first try
   */
  constructor({ url, token, timeoutMs = 2_500, retries = 1 } = {}) {
    // A variable that is set to nothing counts as not set, and a prefix of a proxy stays.
    const place = (url?.trim() || 'http://127.0.0.1:8000').replace(/\/+$/, '')
    const socket = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(place)?.[1]
    this.#url = `${socket === undefined ? place : 'http://localhost'}/analyze-flow`
    this.#fetch = socket === undefined ? fetch : fetchBy(socket)
    this.#headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    this.#timeoutMs = timeoutMs
    this.#retries = retries
  }

  /**
   * Reports one request.
   * @param {Telemetry} record
   * @returns {Promise<Verdict>} never rejects
   */
  async analyze(record) {
    try {
      return await this.#send({
        method: 'POST',
        headers: { ...this.#headers, 'idempotency-key': newKey() },
        // What JSON cannot say, a BigInt or a cycle, ends here.
        body: JSON.stringify(record),
        signal: AbortSignal.timeout(this.#timeoutMs),
      })
    } catch (error) {
      return { status: 'UNKNOWN', reason: messageOf(error) }
    }
  }

  async #send(request) {
    let failure = 'not tried'
    for (let attempt = 0; attempt <= this.#retries; attempt++) {
      try {
        const response = await this.#fetch(this.#url, request)
        if (response.ok) {
          const anomalyId = response.headers.get('x-anomaly-id')
          const verdict = await response.json()
          if (typeof verdict?.status !== 'string') throw new Error('the answer is no verdict')
          return { ...verdict, ...(anomalyId && { anomalyId }) }
        }
        failure = await describe(response)
        // What was wrong with the record will be wrong with it again; and a busy sentinel is not to be hurried.
        if (response.status < 500 || response.status === 503) break
      } catch (error) {
        failure = messageOf(error)
        if (request.signal.aborted) break
      }
    }
    return { status: 'UNKNOWN', reason: failure }
  }
}

/** `fetch` by a Unix socket, as far as it is used here. */
function fetchBy(socketPath) {
  const http = globalThis.process?.getBuiltinModule?.('node:http')
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      if (http === undefined) throw new Error('this runtime has no Unix sockets')
      const length = new TextEncoder().encode(body).byteLength
      const options = { socketPath, method, signal, headers: { ...headers, 'content-length': length } }
      const sent = http.request(url, options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        answer.once('error', reject)
        answer.once('end', () =>
          resolve(new Response(text, { status: answer.statusCode, headers: answer.headers })),
        )
      })
      sent.once('error', reject)
      sent.end(body)
    })
}

/** Pages that are not served by https have no randomUUID; the key must be one of its kind, no secret. */
function newKey() {
  if (typeof globalThis.crypto?.randomUUID === 'function') return crypto.randomUUID()
  const random = () => Math.random().toString(16).slice(2, 14).padEnd(12, '0')
  return `${Date.now().toString(16)}-${random()}-${random()}`
}

function messageOf(error) {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'something that cannot be shown was thrown'
  }
}

async function describe(response) {
  const text = await response.text()
  try {
    return `${response.status}: ${JSON.parse(text).message}`
  } catch {
    return `${response.status}`
  }
}

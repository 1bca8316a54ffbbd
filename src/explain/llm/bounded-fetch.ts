import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { plainText } from '../../text/plain-text.js'
import { InvalidAnswerError } from './assessment.js'

/** An answer of a few hundred characters with Ollama's statistics around it takes 2 KiB. */
export const MAX_BODY_BYTES = 64 * 1024
const MAX_ERROR_CHARS = 200

/**
 * A `fetch` for the Ollama client that follows no redirect, stops at the signal, reads at most 64 KiB, and
 * turns every status but 2xx into an error itself (the client would print such bodies on stdout). It waits as long as
 * the signal lets it: Node's own `fetch` gives up after five minutes without headers, and a model may load for longer.
 */
export function boundedFetch(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const response = await responseOf(url, init, signal)
    const body = await readBody(response)
    const status = response.statusCode ?? 0
    if (status < 200 || status > 299) throw new OllamaError(status, errorText(body))
    return new Response(body, { status, headers: { 'content-type': 'application/json' } })
  }
}

/** Ollama, or what stands before it, refused. */
export class OllamaError extends Error {
  override readonly name = 'OllamaError'

  constructor(
    readonly status: number,
    /** What it says, made one line. */
    readonly said: string,
  ) {
    super(`Ollama answered ${status}: ${said}`)
  }
}

function responseOf(url: URL, init: RequestInit | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const { method = 'GET', headers, body } = init ?? {}
  const options = { method, headers: Object.fromEntries(new Headers(headers)), signal }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve)
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}

async function readBody(response: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  // Leaving the loop early destroys the response, which closes the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) throw new InvalidAnswerError(`the answer is above ${MAX_BODY_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Ollama's errors are `{"error": "model 'x' not found"}`; a proxy's may be a page. */
function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    if (typeof error === 'string') return plainText(error, MAX_ERROR_CHARS)
  } catch {
    // A page or plain text is shown itself.
  }
  return plainText(body, MAX_ERROR_CHARS)
}

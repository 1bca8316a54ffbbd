import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { plainText } from '../../text/plain-text.js'
import { InvalidAnswerError } from './assessment.js'

/** An answer of a few hundred characters with Ollama's statistics around it takes 2 KiB. */
export const MAX_BODY_BYTES = 64 * 1024
const MAX_ERROR_CHARS = 200

/** What is asked of the server. */
export interface Ask {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/**
 * A `fetch` for the Ollama client, which would print the body of every status but 2xx on stdout.
 * It does what `boundedText` does.
 */
export function boundedFetch(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { method = 'GET', headers, body } = init ?? {}
    const ask = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body as string | undefined,
    }
    const text = await boundedText(url, ask, signal)
    return new Response(text, { headers: { 'content-type': 'application/json' } })
  }
}

/**
 * The body of an answer. Follows no redirect, stops at the signal, reads at most 64 KiB, and turns every status but 2xx
 * into an error. It waits as long as the signal lets it: Node's own `fetch` gives up after five minutes without headers,
 * and a model may load for longer.
 */
export async function boundedText(url: URL, ask: Ask, signal: AbortSignal): Promise<string> {
  const response = await responseOf(url, ask, signal)
  const text = await readBody(response)
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) throw new OllamaError(status, errorText(text))
  return text
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

function responseOf(url: URL, { method, headers, body }: Ask, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal }
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve)
    request.on('error', reject)
    request.end(body)
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

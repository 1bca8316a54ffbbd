import { plainText } from '../../text/plain-text.js'
import { InvalidAnswerError } from './assessment.js'

/** An answer of a few hundred characters with Ollama's statistics around it takes 2 KiB. */
const MAX_BODY_BYTES = 64 * 1024
const MAX_ERROR_CHARS = 200

/**
 * A `fetch` for the Ollama client that follows no redirect, stops at the signal, reads at most 64 KiB, and
 * turns every status but 2xx into an error itself (the client would print such bodies on stdout).
 */
export function boundedFetch(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error', signal })
    const body = await readBody(response)
    if (!response.ok) throw new Error(`Ollama answered ${response.status}: ${errorText(body)}`)
    return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } })
  }
}

async function readBody(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  // Leaving the loop early cancels the body, which closes the connection.
  for await (const chunk of response.body) {
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

import type { ChatRequest, ChatResponse, Ollama } from 'ollama'
import { InvalidAnswerError, ModelAnswer, readAnswer } from './assessment.js'
import { boundedFetch, OllamaError } from './bounded-fetch.js'
import type { LanguageModel, OpenModel } from './language-model.js'
import { promptFor, type Question } from './prompt.js'

/**
 * Two sentences of JSON take a hundred; the rest is for models that think first whether they are asked to or not.
 * One that rambles on is cut off.
 */
const MAX_TOKENS = 2048

/**
 * Opens a model of an Ollama server. Its client is loaded by then and no sooner: a static import would load it at
 * every start of the bundled service.
 * @param host checked by `checkOllamaHost` before
 * @param apiKey sent as a bearer token, for a server or a proxy before it that wants one
 */
export function ollamaModel(host: string, name: string, apiKey: string | null = null): OpenModel {
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
  return async () => {
    const client = await import('ollama')
    return new OllamaModel(
      name,
      (signal) => new client.Ollama({ host, headers, fetch: boundedFetch(signal) }),
    )
  }
}

/** One language model behind one Ollama server. Holds no connection. */
class OllamaModel implements LanguageModel {
  readonly name: string
  readonly #clientFor: (signal: AbortSignal) => Ollama
  /** Whether the server has refused the wish not to think: then it is not repeated. */
  #mayThink = false

  constructor(name: string, clientFor: (signal: AbortSignal) => Ollama) {
    this.name = name
    this.#clientFor = clientFor
  }

  async assess(question: Question, signal: AbortSignal): Promise<string> {
    const chat: ChatRequest & { stream: false } = {
      model: this.name,
      messages: promptFor(question),
      stream: false,
      format: ModelAnswer,
      options: { temperature: 0, num_predict: MAX_TOKENS },
    }
    return wordsOf(await this.#chat(chat, signal))
  }

  /** A chat without messages loads the model. Ollama gives up loading when the client disconnects. */
  async load(signal: AbortSignal): Promise<void> {
    await this.#guarded(signal, (ollama) => ollama.chat({ model: this.name, messages: [], stream: false }))
  }

  async #chat(chat: ChatRequest & { stream: false }, signal: AbortSignal): Promise<unknown> {
    const ask = (one: ChatRequest & { stream: false }): Promise<ChatResponse> =>
      this.#guarded(signal, (ollama) => ollama.chat(one))
    if (this.#mayThink) return ask(chat)
    try {
      return await ask({ ...chat, think: false })
    } catch (error) {
      if (!(error instanceof OllamaError && error.status === 400 && /think/i.test(error.said))) throw error
      this.#mayThink = true
      return ask(chat)
    }
  }

  async #guarded<T>(signal: AbortSignal, ask: (ollama: Ollama) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#clientFor(signal))
    } catch (error) {
      signal.throwIfAborted()
      // The client parses the body itself: half a document and a page of HTML end here.
      if (error instanceof SyntaxError) throw new InvalidAnswerError('the body is no JSON')
      throw error
    }
  }
}

/** What the client calls a ChatResponse is whatever JSON the server sent. */
function wordsOf(response: unknown): string {
  const { message, done_reason: reason } = (response ?? {}) as {
    message?: { content?: unknown; thinking?: unknown } | null
    done_reason?: unknown
  }
  try {
    return readAnswer(message?.content)
  } catch (error) {
    if (!(error instanceof InvalidAnswerError)) throw error
    const cut = reason === 'length' ? `, and the answer was cut off after ${MAX_TOKENS} tokens` : ''
    const thought = typeof message?.thinking === 'string' && message.thinking !== ''
    const thinking = thought ? '; the model thought instead: one that does not think suits better' : ''
    throw new InvalidAnswerError(`${error.message}${cut}${thinking}`)
  }
}

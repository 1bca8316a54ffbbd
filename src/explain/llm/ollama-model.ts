import type { ChatRequest, ChatResponse } from 'ollama'
import { InvalidAnswerError, ModelAnswer, readAnswer } from './assessment.js'
import { boundedFetch, boundedText, OllamaError } from './bounded-fetch.js'
import type { LanguageModel, OpenModel } from './language-model.js'
import { promptFor, type Question } from './prompt.js'

/**
 * Two sentences of JSON take a hundred; the rest is for models that think first whether they are asked to or not.
 * One that rambles on is cut off.
 */
const MAX_TOKENS = 2048

/**
 * Opens a model of an Ollama server.
 * @param host checked by `readOllamaHost` before
 * @param apiKey sent as a bearer token, for a server or a proxy before it that wants one
 */
export function ollamaModel(host: string, name: string, apiKey: string | null = null): OpenModel {
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
  return async () => new OllamaModel(name, host, headers)
}

/** One language model behind one Ollama server. Holds no connection. */
class OllamaModel implements LanguageModel {
  readonly name: string
  readonly #host: string
  readonly #headers: Readonly<Record<string, string>>
  /** Whether the server has refused the wish not to think: then it is not repeated. */
  #mayThink = false

  constructor(name: string, host: string, headers: Readonly<Record<string, string>>) {
    this.name = name
    this.#host = host
    this.#headers = headers
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

  /**
   * A chat without messages loads the model. Ollama gives up loading when the client disconnects.
   *
   * Every start asks for this, mostly where there is no Ollama, and so it does without the client: that takes, with the
   * parts of Node that it needs, 0.1 s of CPU to load. It is loaded once a model has answered, ahead of the first question.
   */
  async load(signal: AbortSignal): Promise<void> {
    const url = new URL(`${this.#host}/api/chat`)
    const body = JSON.stringify({ model: this.name, messages: [], stream: false })
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'codeflow-sentinel',
      ...this.#headers,
    }
    await guarded(signal, async () => {
      JSON.parse(await boundedText(url, { method: 'POST', headers, body }, signal))
    })
    await import('ollama')
  }

  async #chat(chat: ChatRequest & { stream: false }, signal: AbortSignal): Promise<unknown> {
    const { Ollama } = await import('ollama')
    const client = new Ollama({ host: this.#host, headers: this.#headers, fetch: boundedFetch(signal) })
    const ask = (one: ChatRequest & { stream: false }): Promise<ChatResponse> =>
      guarded(signal, () => client.chat(one))
    if (this.#mayThink) return ask(chat)
    try {
      return await ask({ ...chat, think: false })
    } catch (error) {
      if (!(error instanceof OllamaError && error.status === 400 && /think/i.test(error.said))) throw error
      this.#mayThink = true
      return ask(chat)
    }
  }
}

/** What is asked of the server; a body that is no JSON, half a document or a page of HTML, is no answer. */
async function guarded<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SyntaxError) throw new InvalidAnswerError('the body is no JSON')
    throw error
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

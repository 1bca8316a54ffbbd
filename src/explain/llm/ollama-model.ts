import type { Ollama } from 'ollama'
import { InvalidAnswerError, ModelAnswer, readAnswer } from './assessment.js'
import { boundedFetch } from './bounded-fetch.js'
import type { LanguageModel, OpenModel } from './language-model.js'
import { promptFor, type Question } from './prompt.js'

/** Two sentences of JSON; a model that rambles is cut off rather than paid for. */
const MAX_TOKENS = 200

/**
 * Opens a model of an Ollama server. Its client is loaded by then and no sooner: a static import would load it at
 * every start of the bundled service.
 * @param host checked by `checkOllamaHost` before
 */
export function ollamaModel(host: string, name: string): OpenModel {
  return async () => {
    const client = await import('ollama')
    return new OllamaModel(name, (signal) => new client.Ollama({ host, fetch: boundedFetch(signal) }))
  }
}

/** One language model behind one Ollama server. Holds no connection and no state of its own. */
class OllamaModel implements LanguageModel {
  readonly name: string
  readonly #clientFor: (signal: AbortSignal) => Ollama

  constructor(name: string, clientFor: (signal: AbortSignal) => Ollama) {
    this.name = name
    this.#clientFor = clientFor
  }

  assess(question: Question, signal: AbortSignal): Promise<string> {
    return this.#guarded(signal, async (ollama) => {
      const response = await ollama.chat({
        model: this.name,
        messages: promptFor(question),
        stream: false,
        format: ModelAnswer,
        options: { temperature: 0, num_predict: MAX_TOKENS },
      })
      // What the client calls a ChatResponse is whatever JSON the server sent.
      return readAnswer((response as { message?: { content?: unknown } } | null)?.message?.content)
    })
  }

  /** A chat without messages loads the model. Ollama gives up loading when the client disconnects. */
  async load(signal: AbortSignal): Promise<void> {
    await this.#guarded(signal, (ollama) => ollama.chat({ model: this.name, messages: [], stream: false }))
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

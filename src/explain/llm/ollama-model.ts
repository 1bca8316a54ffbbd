import { Ollama } from 'ollama'
import { InvalidAnswerError, ModelAnswer, readAnswer } from './assessment.js'
import { boundedFetch } from './bounded-fetch.js'
import { figuresHold } from './figures.js'
import { promptFor, type Question } from './prompt.js'

/** Two sentences of JSON; a model that rambles is cut off rather than paid for. */
const MAX_TOKENS = 200

/** One language model behind one Ollama server. Holds no connection and no state of its own. */
export class OllamaModel {
  readonly name: string
  readonly #host: string

  constructor(host: string, name: string) {
    this.#host = host
    this.name = name
  }

  /**
   * The model's words on a question.
   * @throws InvalidAnswerError when it answers with something else; the signal's reason when that aborts;
   *   another error when the server cannot be reached or refuses
   */
  async assess(question: Question, signal: AbortSignal): Promise<string> {
    return this.#guarded(signal, async (ollama) => {
      const response = await ollama.chat({
        model: this.name,
        messages: promptFor(question),
        stream: false,
        format: ModelAnswer,
        options: { temperature: 0, num_predict: MAX_TOKENS },
      })
      // What the client calls a ChatResponse is whatever JSON the server sent.
      const words = readAnswer((response as { message?: { content?: unknown } } | null)?.message?.content)
      if (!figuresHold(words, question.facts)) {
        throw new InvalidAnswerError('the message has a figure that is none of the facts')
      }
      return words
    })
  }

  /**
   * Has the server load the model into memory, which a chat without messages does. Ollama gives up loading
   * when the client disconnects, so this must be let take longer than an answer may.
   */
  async load(signal: AbortSignal): Promise<void> {
    await this.#guarded(signal, (ollama) => ollama.chat({ model: this.name, messages: [], stream: false }))
  }

  async #guarded<T>(signal: AbortSignal, ask: (ollama: Ollama) => Promise<T>): Promise<T> {
    const ollama = new Ollama({ host: this.#host, fetch: boundedFetch(signal) })
    try {
      return await ask(ollama)
    } catch (error) {
      signal.throwIfAborted()
      // The client parses the body itself: half a document and a page of HTML end here.
      if (error instanceof SyntaxError) throw new InvalidAnswerError('the body is no JSON')
      throw error
    }
  }
}

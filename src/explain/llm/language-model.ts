import type { Question } from './prompt.js'

/**
 * A language model that can be asked about anomalies: what another one must offer to be put in. Whoever asks
 * bounds the time and the number of requests, and checks the words before they are shown.
 */
export interface LanguageModel {
  /** What an explanation says it is by. */
  readonly name: string

  /**
   * The model's words on a question, as text of any kind and length.
   * @throws InvalidAnswerError when it answers with something else than was asked for; the signal's reason when
   *   that aborts; another error when it cannot be reached or refuses
   */
  assess(question: Question, signal: AbortSignal): Promise<string>

  /** Gets the model ready to answer at once, which may take much longer than an answer. Throws as `assess` does. */
  load(signal: AbortSignal): Promise<void>
}

/**
 * Makes the model when it is first needed, so that a service that asks none does not load a client for it. It must
 * not wait for the model itself, which is what `load` is for.
 */
export type OpenModel = () => Promise<LanguageModel>

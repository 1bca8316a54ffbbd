import type { BulkheadPolicy } from 'cockatiel'
import { InvalidAnswerError, shownWords } from './assessment.js'
import { Breaker } from './breaker.js'
import { Deadlines, untilAborted } from './deadline.js'
import type { LanguageModel } from './language-model.js'
import type { BreakerState, LlmOutcome } from './outcome.js'
import type { Question } from './prompt.js'
import { messageOf, UnansweredError } from './unanswered.js'

type Cockatiel = Pick<typeof import('cockatiel'), 'bulkhead' | 'isBulkheadRejectedError'>

const MAX_IN_FLIGHT = 2
const MAX_QUEUED = 8
/**
 * When a request is given up for good. It is long because Ollama drops the loading of a model whose client leaves, and
 * it doubles each time, so that no load is aborted again and again.
 */
const FIRST_LIMIT_MS = 10 * 60_000
const LONGEST_LIMIT_MS = 60 * 60_000

export interface ModelLineOptions {
  readonly model: LanguageModel
  /** After how long an answer that has not come counts as a failure, in milliseconds from the asking; it may still come. */
  readonly patienceMs: number
  /** Told of each change of the breaker, with the message of the failure before it, if there was one. */
  onBreaker(state: BreakerState, lastFailure: string | null): void
  /** Told once whether there is a model, with the failure if there is none, and once more when one comes. */
  onPresence(present: boolean, lastFailure: string | null): void
}

/** What is known of a request that was asked for. */
interface Progress {
  inFlight: boolean
  overdue: boolean
}

export interface Asked {
  /** The model's words, fit to be shown, however long they take; rejects with an `UnansweredError`. */
  readonly words: Promise<string>
  /** Whether an answer should wait for them: not for a trial that may have to load the model. */
  readonly waited: boolean
}

/** The line to a model. A static import of the library would load it at every start, also where no model is asked. */
export async function openLine(options: ModelLineOptions): Promise<ModelLine> {
  return new ModelLine(options, await import('cockatiel'))
}

/**
 * The only way to the language model: at most two requests at a time, eight in the queue, and a breaker that stops
 * asking after three failures in a row. What has begun is left to end, also after everybody's patience: what takes long
 * is mostly a model that is being loaded, and the next anomaly finds it ready.
 */
export class ModelLine {
  readonly #model: LanguageModel
  readonly #patienceMs: number
  readonly #options: ModelLineOptions
  readonly #deadlines = new Deadlines()
  readonly #slots: BulkheadPolicy
  readonly #isRejected: (error: unknown) => boolean
  readonly #breaker: Breaker
  #limitMs = FIRST_LIMIT_MS
  /** Requests under way that have taken longer than the patience. */
  #overdue = 0
  /** The loading of the model at the start, while it lasts, and how many questions wait for it. */
  #loading: Promise<void> | null = null
  #waiting = 0
  #lastFailure: string | null = null
  #present: boolean | null = null
  #closed = false

  constructor(options: ModelLineOptions, { bulkhead, isBulkheadRejectedError }: Cockatiel) {
    this.#slots = bulkhead(MAX_IN_FLIGHT, MAX_QUEUED)
    this.#isRejected = isBulkheadRejectedError
    this.#model = options.model
    this.#patienceMs = options.patienceMs
    this.#options = options
    this.#breaker = new Breaker((state) => options.onBreaker(state, this.#lastFailure))
  }

  get modelName(): string {
    return this.#model.name
  }

  /** Has the model loaded, once, to learn whether there is one. Never rejects. */
  async prepare(): Promise<void> {
    if (this.#closed || this.#present !== null) return
    this.#breaker.doubt()
    this.#breaker.begin()
    const patience = setTimeout(() => {
      this.#lastFailure = lateError(this.#patienceMs).message
      this.#tellPresence(false)
    }, this.#patienceMs)
    patience.unref()
    this.#loading = this.#within((signal) => this.#model.load(signal))
      .then(
        () => this.#succeeded(),
        (error: unknown) => this.#failed(error, true),
      )
      .finally(() => {
        clearTimeout(patience)
        this.#loading = null
      })
    await this.#loading
  }

  /**
   * Never blocks and never throws. Null when the question is not asked: while the breaker is open that is all a
   * flagged record costs.
   * @param onOverdue called when the words have not come within the patience; they may still come
   */
  ask(question: Question, onOverdue: () => void): Asked | null {
    if (this.#closed) return null
    const breaker = this.#breaker
    if (breaker.closed) {
      const waited = this.#overdue === 0
      return { words: this.#ask(question, { trial: false, onOverdue }), waited }
    }
    if (breaker.due) {
      if (this.#slots.executionSlots === 0) return null
      breaker.begin()
      return { words: this.#ask(question, { trial: true, onOverdue: null }), waited: false }
    }
    if (this.#loading === null || this.#waiting === MAX_QUEUED) return null
    return { words: this.#askOnceLoaded(question, this.#loading, onOverdue), waited: false }
  }

  /** What becomes of an anomaly for which the model is not asked. */
  get unasked(): LlmOutcome {
    return this.#breaker.heard ? 'open' : 'absent'
  }

  /** Ends what is under way and asks no more. */
  close(): void {
    this.#closed = true
    this.#deadlines.close()
  }

  async #askOnceLoaded(question: Question, loading: Promise<void>, onOverdue: () => void): Promise<string> {
    this.#waiting += 1
    await loading
    this.#waiting -= 1
    return this.#ask(question, { trial: false, onOverdue })
  }

  /** @param onOverdue null for what may take long without being late */
  async #ask(
    question: Question,
    { trial, onOverdue }: { readonly trial: boolean; readonly onOverdue: (() => void) | null },
  ): Promise<string> {
    const request = { inFlight: false, overdue: false }
    const patience =
      onOverdue === null
        ? undefined
        : setTimeout(() => {
            this.#becomeOverdue(request)
            onOverdue()
          }, this.#patienceMs)
    patience?.unref()
    try {
      return await this.#slots.execute(() => this.#run(question, request, trial))
    } catch (error) {
      throw this.#unanswered(error)
    } finally {
      clearTimeout(patience)
    }
  }

  async #run(question: Question, request: Progress, trial: boolean): Promise<string> {
    // It may have opened while this question was in the queue.
    if (!trial && !this.#breaker.closed) throw new UnansweredError(this.unasked)
    request.inFlight = true
    if (request.overdue) this.#overdue += 1
    try {
      if (trial) await this.#within((signal) => this.#model.load(signal))
      const words = await this.#within((signal) => this.#assess(question, signal))
      this.#succeeded()
      return words
    } catch (error) {
      // What was late was counted as a failure then.
      if (trial || !request.overdue) this.#failed(error, trial)
      throw error
    } finally {
      request.inFlight = false
      if (request.overdue) this.#overdue -= 1
    }
  }

  #becomeOverdue(request: Progress): void {
    request.overdue = true
    if (request.inFlight) this.#overdue += 1
    // What stands in the queue is late for want of a slot; that is a failure only where no slot moves.
    if (request.inFlight || this.#overdue === MAX_IN_FLIGHT) this.#failed(lateError(this.#patienceMs))
  }

  /** A failure, too, when the words may not be shown or the model heeds no signal. */
  async #assess(question: Question, signal: AbortSignal): Promise<string> {
    const words = await untilAborted(this.#model.assess(question, signal), signal)
    return shownWords(words, question.facts)
  }

  async #within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limitMs = this.#limitMs
    try {
      return await this.#deadlines.within(limitMs, work)
    } catch (error) {
      if (isTimeout(error)) this.#limitMs = Math.min(2 * limitMs, LONGEST_LIMIT_MS)
      throw error
    }
  }

  #unanswered(error: unknown): UnansweredError {
    if (error instanceof UnansweredError) return error
    return new UnansweredError(this.#breaker.heard ? this.#outcomeOf(error) : 'absent', error)
  }

  #outcomeOf(error: unknown): LlmOutcome {
    if (this.#isRejected(error)) return 'rejected'
    if (error instanceof InvalidAnswerError) return 'invalid'
    return isTimeout(error) ? 'timeout' : 'error'
  }

  #succeeded(): void {
    this.#breaker.succeeded()
    this.#tellPresence(true)
  }

  #failed(error: unknown, trial = false): void {
    if (this.#closed) return
    this.#lastFailure = messageOf(error)
    this.#breaker.failed({ trial })
    if (!this.#breaker.heard) this.#tellPresence(false)
  }

  #tellPresence(present: boolean): void {
    if (this.#present === present) return
    this.#present = present
    this.#options.onPresence(present, present ? null : this.#lastFailure)
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function lateError(ms: number): Error {
  return new DOMException(`no answer within ${ms} ms`, 'TimeoutError')
}

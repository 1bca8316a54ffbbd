import type { BulkheadPolicy, CircuitBreakerPolicy } from 'cockatiel'
import { InvalidAnswerError, shownWords } from './assessment.js'
import { Deadlines, untilAborted } from './deadline.js'
import type { LanguageModel } from './language-model.js'
import type { BreakerState, LlmOutcome } from './outcome.js'
import type { Question } from './prompt.js'
import { messageOf, UnansweredError } from './unanswered.js'

// A static import would load it at every start of the bundled service, also where no model is asked.
const {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleAll,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
} = await import('cockatiel')

const MAX_IN_FLIGHT = 2
const MAX_QUEUED = 8
const FAILURES_TO_OPEN = 3
const FIRST_BREAK_MS = 5_000
const LONGEST_BREAK_MS = 120_000
/** Loading a large model from disk takes tens of seconds, and only a probe waits for it. */
const LOAD_TIMEOUT_MS = 60_000

export interface ModelLineOptions {
  readonly model: LanguageModel
  /** How long an answer may take, in milliseconds from the asking. */
  readonly timeoutMs: number
  /** Told of each change of the breaker, with the message of the failure before it, if there was one. */
  onBreaker(state: BreakerState, lastFailure: string | null): void
}

export interface Asked {
  /** The model's words, fit to be shown; rejects with an `UnansweredError`. */
  readonly words: Promise<string>
  /** The question tries whether the breaker may close: it may take long, nobody should wait for it. */
  readonly probe: boolean
}

/**
 * The only way to the language model: at most two requests at a time, eight in the queue, each with a
 * deadline that counts from the asking, and a breaker that stops asking after three failures in a row.
 * After a break of 5 s, doubling up to 2 min, one question is a probe: it has the model loaded first
 * (the deadline of an ordinary question would abort the loading each time) and must then be answered in time.
 */
export class ModelLine {
  readonly #model: LanguageModel
  readonly #timeoutMs: number
  readonly #deadlines = new Deadlines()
  readonly #slots: BulkheadPolicy = bulkhead(MAX_IN_FLIGHT, MAX_QUEUED)
  readonly #breaker: CircuitBreakerPolicy
  #breakEndsAtMs = 0
  #closed = false

  constructor({ model, timeoutMs, onBreaker }: ModelLineOptions) {
    this.#model = model
    this.#timeoutMs = timeoutMs
    this.#breaker = circuitBreaker(handleAll, {
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        const breakMs = Math.min(FIRST_BREAK_MS * 2 ** (attempt - 1), LONGEST_BREAK_MS)
        this.#breakEndsAtMs = Date.now() + breakMs
        return breakMs
      }),
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    })
    this.#breaker.onStateChange((state) => onBreaker(STATES[state], failureText(this.#breaker.lastFailure)))
  }

  get modelName(): string {
    return this.#model.name
  }

  /**
   * Never blocks and never throws; `words` settles within the deadline unless it is a probe's. Null when the
   * question is not asked: while the breaker is open that is all a flagged record costs.
   */
  ask(question: Question): Asked | null {
    if (this.#closed) return null
    switch (this.#breaker.state) {
      case CircuitState.Closed:
        return { words: this.#askInTime(question).catch(rethrow), probe: false }
      case CircuitState.Open:
        return Date.now() < this.#breakEndsAtMs ? null : this.#askAsProbe(question)
      default:
        return null
    }
  }

  /** Ends what is under way and asks no more. */
  close(): void {
    this.#closed = true
    this.#deadlines.close()
  }

  #askInTime(question: Question): Promise<string> {
    return this.#deadlines.within(this.#timeoutMs, (signal) =>
      this.#slots.execute(() => {
        // It may have opened while this question was in the queue.
        if (this.#breaker.state !== CircuitState.Closed) throw new UnansweredError('open')
        return this.#breaker.execute(() => this.#assess(question, signal))
      }, signal),
    )
  }

  #askAsProbe(question: Question): Asked | null {
    if (this.#slots.executionSlots === 0) return null
    const words = this.#slots.execute(() => this.#breaker.execute(() => this.#probe(question))).catch(rethrow)
    // The policies call through synchronously: if the break was over, the probe is under way now.
    return { words, probe: this.#breaker.state === CircuitState.HalfOpen }
  }

  async #probe(question: Question): Promise<string> {
    await this.#deadlines.within(LOAD_TIMEOUT_MS, (signal) => this.#model.load(signal))
    return this.#deadlines.within(this.#timeoutMs, (signal) => this.#assess(question, signal))
  }

  /** A failure to the slots and the breaker, too, when the words may not be shown or the model heeds no signal. */
  async #assess(question: Question, signal: AbortSignal): Promise<string> {
    const words = await untilAborted(this.#model.assess(question, signal), signal)
    return shownWords(words, question.facts)
  }
}

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
} as const

function rethrow(error: unknown): never {
  throw error instanceof UnansweredError ? error : new UnansweredError(outcomeOf(error), error)
}

function outcomeOf(error: unknown): LlmOutcome {
  if (isBrokenCircuitError(error)) return 'open'
  if (isBulkheadRejectedError(error)) return 'rejected'
  if (error instanceof InvalidAnswerError) return 'invalid'
  // Cancelled while it was in the queue.
  if (isTaskCancelledError(error)) return 'timeout'
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'error'
}

function failureText(failure: { error: Error } | { value: unknown } | undefined): string | null {
  return failure !== undefined && 'error' in failure ? messageOf(failure.error) : null
}

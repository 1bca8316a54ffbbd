import type { Verdict } from '../detector/verdict.js'
import { routePattern } from '../telemetry/route-pattern.js'
import type { Assessment } from './llm/assessment.js'
import { AssessmentCache } from './llm/assessment-cache.js'
import { factsOf } from './llm/facts.js'
import { figuresHold } from './llm/figures.js'
import { fingerprintOf } from './llm/fingerprint.js'
import type { ModelLine } from './llm/model-line.js'
import { type BreakerState, LLM_FAILURES, type LlmOutcome } from './llm/outcome.js'
import type { Question } from './llm/prompt.js'
import { UnansweredError } from './llm/unanswered.js'
import { reasonFor } from './sentence/reason.js'
import { situationOf } from './sentence/situation.js'

/** `wait` and `background` ask the language model and differ in who waits for it; `rules` never asks. */
export type ExplainMode = 'wait' | 'background' | 'rules'

/** @internal */
export interface ExplainMetrics {
  /** `seconds` from the asking to the answer; null when the model was not asked for this anomaly. */
  llmRequest(outcome: LlmOutcome, seconds: number | null): void
  breakerState(state: BreakerState): void
}

/** @internal */
export interface ExplainLogger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export interface ExplainerOptions {
  readonly mode: ExplainMode
  /** How long the model may take, from the anomaly to its words. */
  readonly timeoutMs: number
  /** Checked by `checkOllamaHost` before. */
  readonly ollamaHost: string
  readonly ollamaModel: string
  /** @internal */
  readonly metrics: ExplainMetrics
  /** @internal */
  readonly logger?: ExplainLogger
}

/** @internal */
export interface Explanation {
  /** The rules' sentence: at once, always true. */
  readonly reason: string
  /**
   * The model's view, or null when there is none; no promise when it is not asked. Never rejects. In mode
   * `wait` it settles within `timeoutMs`; in `background` the trial after a break may take longer.
   */
  readonly assessment: Promise<Assessment | null> | null
}

interface Answer {
  readonly words: string
  readonly ms: number
}

/**
 * Explains anomalies: by rules at once, and through a language model where one is to be had. Nothing here
 * can change a verdict, and nothing about the model can fail or delay one beyond `timeoutMs`.
 * @internal
 */
export class Explainer {
  readonly #options: ExplainerOptions
  readonly #cache = new AssessmentCache()
  /** Questions under way, by situation. Bounded by the line's slots, queue and deadlines. */
  readonly #underWay = new Map<string, Promise<Answer | null>>()
  #line: Promise<ModelLine> | null = null
  #probe: Promise<unknown> | null = null
  #closed = false

  constructor(options: ExplainerOptions) {
    this.#options = options
    options.metrics.breakerState('closed')
  }

  /** Loads the client ahead of the first anomaly; call it once the service listens. Never rejects. */
  async prepare(): Promise<void> {
    if (this.#options.mode !== 'rules') await this.#openLine().catch(() => undefined)
  }

  /** `route` is the client's text as it came; who made the request is not asked for and never sent. */
  explain({ verdict, route }: { verdict: Verdict; route?: string | undefined }): Explanation {
    const situation = situationOf(verdict)
    const reason = reasonFor(verdict, situation)
    if (
      !verdict.anomalous ||
      this.#options.mode === 'rules' ||
      this.#closed ||
      situation.kind === 'unknown'
    ) {
      return { reason, assessment: null }
    }
    const pattern = routePattern(route)
    const question: Question = { reason, facts: factsOf(situation), route: pattern }
    const assessment = this.#assess(fingerprintOf(situation, pattern), question).catch((error: unknown) => {
      this.#options.logger?.warn({ err: error }, 'explanation failed')
      return null
    })
    return { reason, assessment }
  }

  /** Ends what is under way; anomalies after it are explained by the rules. */
  async close(): Promise<void> {
    this.#closed = true
    const line = await this.#line?.catch(() => null)
    line?.close()
    await Promise.allSettled([...this.#underWay.values(), this.#probe])
  }

  async #assess(fingerprint: string, question: Question): Promise<Assessment | null> {
    const { metrics, ollamaModel: model } = this.#options
    const cached = this.#cache.get(fingerprint)
    if (cached !== null && figuresHold(cached, question.facts)) {
      metrics.llmRequest('cached', null)
      return assessmentOf(question, { words: cached, ms: 0 }, model)
    }
    const underWay = this.#underWay.get(fingerprint)
    if (underWay !== undefined) {
      metrics.llmRequest('shared', null)
      const answer = await underWay
      // Words that name another record's figures are not true of this one.
      return answer !== null && figuresHold(answer.words, question.facts)
        ? assessmentOf(question, answer, model)
        : null
    }
    const answer = await this.#askOnce(fingerprint, question)
    return answer === null ? null : assessmentOf(question, answer, model)
  }

  #askOnce(fingerprint: string, question: Question): Promise<Answer | null> {
    const answer = this.#ask(fingerprint, question).finally(() => this.#underWay.delete(fingerprint))
    this.#underWay.set(fingerprint, answer)
    return answer
  }

  async #ask(fingerprint: string, question: Question): Promise<Answer | null> {
    const line = await this.#openLine()
    const asked = line.ask(question)
    if (asked !== null) {
      const answer = this.#settle(fingerprint, asked.words)
      if (!asked.probe || this.#options.mode === 'background') return answer
      // Nobody waits to learn whether a server is back; what the probe brings is for the next anomaly.
      this.#probe = answer
    }
    if (!this.#closed) this.#options.metrics.llmRequest('open', null)
    return null
  }

  /** Counts and keeps what a question brought. Never rejects. */
  async #settle(fingerprint: string, words: Promise<string>): Promise<Answer | null> {
    const { metrics, logger } = this.#options
    const startedAt = performance.now()
    const elapsedMs = (): number => performance.now() - startedAt
    try {
      const answer = { words: await words, ms: Math.round(elapsedMs()) }
      this.#cache.set(fingerprint, answer.words)
      metrics.llmRequest('ok', elapsedMs() / 1000)
      return answer
    } catch (error) {
      if (this.#closed) return null
      const outcome = error instanceof UnansweredError ? error.outcome : 'error'
      metrics.llmRequest(outcome, LLM_FAILURES.has(outcome) ? elapsedMs() / 1000 : null)
      if (LLM_FAILURES.has(outcome))
        logger?.debug({ err: error, outcome }, 'the language model gave no explanation')
      return null
    }
  }

  #openLine(): Promise<ModelLine> {
    this.#line ??= import('./llm/model-line.js').then(({ ModelLine }) => {
      const { ollamaHost, ollamaModel, timeoutMs } = this.#options
      return new ModelLine({
        host: ollamaHost,
        model: ollamaModel,
        timeoutMs,
        onBreaker: (state, lastFailure) => this.#onBreaker(state, lastFailure),
      })
    })
    return this.#line
  }

  #onBreaker(state: BreakerState, lastFailure: string | null): void {
    this.#options.metrics.breakerState(state)
    if (this.#closed) return
    const details = { breaker: state, model: this.#options.ollamaModel }
    if (state === 'open') {
      this.#options.logger?.warn(
        { ...details, lastFailure },
        'language model not asked for a while: it keeps failing',
      )
    } else {
      this.#options.logger?.info(
        details,
        state === 'closed' ? 'language model asked again' : 'trying the language model',
      )
    }
  }
}

function assessmentOf({ reason }: Question, { words, ms }: Answer, model: string): Assessment {
  return { text: `${reason}. ${words}`, model, ms }
}

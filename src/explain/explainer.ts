import { LruMap } from 'toad-cache'
import type { Verdict } from '../detector/verdict.js'
import { routeName } from '../telemetry/route-name.js'
import type { Assessment } from './llm/assessment.js'
import { factsOf } from './llm/facts.js'
import { figuresHold } from './llm/figures.js'
import { fingerprintOf } from './llm/fingerprint.js'
import type { OpenModel } from './llm/language-model.js'
import type { ModelLine } from './llm/model-line.js'
import { type BreakerState, LLM_FAILURES, type LlmOutcome } from './llm/outcome.js'
import type { Question } from './llm/prompt.js'
import { UnansweredError } from './llm/unanswered.js'
import { reasonFor } from './sentence/reason.js'
import { situationOf } from './sentence/situation.js'

/** `wait` and `background` ask the language model and differ in who waits for it; `rules` never asks. */
export type ExplainMode = 'wait' | 'background' | 'rules'

/** Told of what becomes of the questions to the language model. @internal */
export interface ExplainListener {
  /** `seconds` from the asking to the answer; null when the model was not asked for this anomaly. */
  llmRequest(outcome: LlmOutcome, seconds: number | null): void
  /** At first `closed`, then each change. */
  breakerState(state: BreakerState): void
  /** Where lines for the log go; none are written without it. */
  readonly log?: ExplainLog
}

/** @internal */
export interface ExplainLog {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

/** @internal */
export interface ExplainerOptions {
  readonly mode: ExplainMode
  /** How long the model may take, in milliseconds from the anomaly to its words. */
  readonly timeoutMs: number
  /** Called once, by `prepare` or for the first question, and not at all in mode `rules`. */
  readonly model: OpenModel
  readonly listener: ExplainListener
}

/** @internal */
export interface Explanation {
  /** The rules' sentence: at once, always true. */
  readonly reason: string
  /**
   * The model's view, or null when there is none; no promise when it is not asked. Never rejects. In mode
   * `wait` it settles within `timeoutMs`; in `background` the probe after a break may take longer.
   */
  readonly assessment: Promise<Assessment | null> | null
}

/** What a model said and how long it took. */
interface Answer {
  readonly words: string
  readonly model: string
  readonly ms: number
}

/** Answers are kept for as many situations, the least recently used goes, and for so long. */
const MAX_KEPT = 256
const KEPT_MS = 5 * 60_000

/**
 * Explains anomalies: by rules at once, and through a language model where one is to be had. Nothing here
 * can change a verdict, and nothing about the model can fail an answer or delay it beyond `timeoutMs`.
 * @internal
 */
export class Explainer {
  readonly #options: ExplainerOptions
  readonly #kept = new LruMap<Answer>(MAX_KEPT, KEPT_MS)
  /** Questions under way, by situation: no more than the line has slots and places in its queue. */
  readonly #underWay = new Map<string, Promise<Answer | null>>()
  #line: Promise<ModelLine> | null = null
  #probe: Promise<unknown> | null = null
  #closed = false

  constructor(options: ExplainerOptions) {
    this.#options = options
    options.listener.breakerState('closed')
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
    const name = routeName(route) || null
    const question: Question = { reason, facts: factsOf(situation), route: name }
    const assessment = this.#assess(fingerprintOf(situation, name), question).catch((error: unknown) => {
      this.#options.listener.log?.warn({ err: error }, 'explanation failed')
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
    const { listener } = this.#options
    const kept = this.#kept.get(fingerprint)
    if (kept !== undefined && figuresHold(kept.words, question.facts)) {
      listener.llmRequest('cached', null)
      return assessmentOf(question, { ...kept, ms: 0 })
    }
    const underWay = this.#underWay.get(fingerprint)
    if (underWay !== undefined) {
      listener.llmRequest('shared', null)
      const answer = await underWay
      // Words that name another record's figures are not true of this one.
      return answer !== null && figuresHold(answer.words, question.facts)
        ? assessmentOf(question, answer)
        : null
    }
    const answer = await this.#askOnce(fingerprint, question)
    return answer === null ? null : assessmentOf(question, answer)
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
      const answer = this.#settle(fingerprint, line.modelName, asked.words)
      if (!asked.probe || this.#options.mode === 'background') return answer
      // Nobody waits to learn whether a server is back; what the probe brings is for the next anomaly.
      this.#probe = answer
    }
    if (!this.#closed) this.#options.listener.llmRequest('open', null)
    return null
  }

  /** Reports and keeps what a question brought. Never rejects. */
  async #settle(fingerprint: string, model: string, words: Promise<string>): Promise<Answer | null> {
    const { listener } = this.#options
    const startedAt = performance.now()
    const elapsedMs = (): number => performance.now() - startedAt
    try {
      const answer = { words: await words, model, ms: Math.round(elapsedMs()) }
      this.#kept.set(fingerprint, answer)
      listener.llmRequest('ok', elapsedMs() / 1000)
      return answer
    } catch (error) {
      if (this.#closed) return null
      const outcome = error instanceof UnansweredError ? error.outcome : 'error'
      const failed = LLM_FAILURES.has(outcome)
      listener.llmRequest(outcome, failed ? elapsedMs() / 1000 : null)
      if (failed) listener.log?.debug({ err: error, outcome }, 'the language model gave no explanation')
      return null
    }
  }

  #openLine(): Promise<ModelLine> {
    this.#line ??= this.#makeLine()
    return this.#line
  }

  async #makeLine(): Promise<ModelLine> {
    const { model: open, timeoutMs } = this.#options
    const [{ ModelLine }, model] = await Promise.all([import('./llm/model-line.js'), open()])
    return new ModelLine({
      model,
      timeoutMs,
      onBreaker: (state, lastFailure) => this.#onBreaker(state, model.name, lastFailure),
    })
  }

  #onBreaker(state: BreakerState, model: string, lastFailure: string | null): void {
    const { listener } = this.#options
    listener.breakerState(state)
    if (this.#closed) return
    const details = { breaker: state, model }
    if (state === 'open') {
      listener.log?.warn(
        { ...details, lastFailure },
        'language model not asked for a while: it keeps failing',
      )
    } else {
      listener.log?.info(
        details,
        state === 'closed' ? 'language model asked again' : 'trying the language model',
      )
    }
  }
}

function assessmentOf({ reason }: Question, { words, model, ms }: Answer): Assessment {
  return { text: `${reason}. ${words}`, model, ms }
}

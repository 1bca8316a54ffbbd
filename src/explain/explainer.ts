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
import type { Evidence } from './sentence/conclusion.js'
import type { Wording } from './sentence/phrases.js'
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
  /** A model answers that did not, or none answers. */
  modelPresent?(present: boolean): void
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
  /** How long an answer may wait for the model's words, in milliseconds from the anomaly. */
  readonly timeoutMs: number
  /** Called once, by `prepare` or for the first question, and not at all in mode `rules`. */
  readonly model: OpenModel
  readonly listener: ExplainListener
  /** How to speak of features; default: as of those of requests. */
  readonly words?: Wording
}

/** An anomaly to explain. @internal */
export interface Explained {
  readonly verdict: Verdict
  /** The client's text as it came; who made the request is not asked for and never sent. */
  readonly route?: string | undefined
  /** Default: no incident, so that no conclusion is drawn from a single record. */
  readonly evidence?: Evidence | undefined
  /** Whether the model is to be asked; default true. */
  readonly ask?: boolean
  /** How to speak of its features; default: the explainer's own words. */
  readonly words?: Wording
}

/** @internal */
export interface Explanation {
  /** The rules' sentence: at once, always true. */
  readonly reason: string
  /** The model's view, or null when there is none; no promise when it is not asked. It may take minutes. Never rejects. */
  readonly assessment: Promise<Assessment | null> | null
  /**
   * The same for an answer that waits for it: null, too, once that has waited for `timeoutMs`, and at once where the
   * model may have to be loaded first. No promise where nobody waits.
   */
  readonly inTime: Promise<Assessment | null> | null
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
/** After how long an answer that nobody waits for counts as a failure; most models load and answer within it. */
const PATIENCE_MS = 60_000

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
  #closed = false

  constructor(options: ExplainerOptions) {
    this.#options = options
    options.listener.breakerState('closed')
  }

  /**
   * Has the model loaded ahead of the first anomaly, and learns whether there is one; call it once the service listens.
   * Until a model has answered, the rules explain alone. Never rejects.
   */
  async prepare(): Promise<void> {
    if (this.#options.mode === 'rules' || this.#closed) return
    const line = await this.#openLine().catch(() => null)
    await line?.prepare()
  }

  /** The reason at once, and what the model will say if it is asked. */
  explain({ verdict, route, evidence, ask = true, words = this.#options.words }: Explained): Explanation {
    const situation = situationOf(verdict)
    const name = routeName(route) || null
    const circumstances = { route: name, evidence, words }
    const reason = reasonFor(verdict, situation, circumstances)
    if (
      !(ask && verdict.anomalous) ||
      this.#options.mode === 'rules' ||
      this.#closed ||
      situation.kind === 'unknown'
    ) {
      return { reason, assessment: null, inTime: null }
    }
    const inIncident = evidence?.inIncident === true
    const question: Question = { reason, facts: factsOf(situation, words), route: name, inIncident }
    const waiting = this.#options.mode === 'wait' ? new Waiting(this.#options.timeoutMs) : null
    const assessment = this.#assess(fingerprintOf(situation, circumstances), question, waiting).catch(
      (error: unknown) => {
        this.#options.listener.log?.warn({ err: error }, 'explanation failed')
        return null
      },
    )
    return { reason, assessment, inTime: waiting?.for(assessment) ?? null }
  }

  /** Ends what is under way; anomalies after it are explained by the rules. */
  async close(): Promise<void> {
    this.#closed = true
    const line = await this.#line?.catch(() => null)
    line?.close()
    await Promise.allSettled(this.#underWay.values())
  }

  async #assess(
    fingerprint: string,
    question: Question,
    waiting: Waiting | null,
  ): Promise<Assessment | null> {
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
    const answer = await this.#askOnce(fingerprint, question, waiting)
    return answer === null ? null : assessmentOf(question, answer)
  }

  #askOnce(fingerprint: string, question: Question, waiting: Waiting | null): Promise<Answer | null> {
    const answer = this.#ask(fingerprint, question, waiting).finally(() => this.#underWay.delete(fingerprint))
    this.#underWay.set(fingerprint, answer)
    return answer
  }

  async #ask(fingerprint: string, question: Question, waiting: Waiting | null): Promise<Answer | null> {
    const { listener } = this.#options
    const line = await this.#openLine()
    const startedAt = performance.now()
    const elapsedMs = (): number => performance.now() - startedAt
    let overdue = false
    const asked = line.ask(question, () => {
      overdue = true
      if (!this.#closed) listener.llmRequest('timeout', elapsedMs() / 1000)
    })
    if (asked === null) {
      if (!this.#closed) listener.llmRequest(line.unasked, null)
      return null
    }
    if (!asked.waited) waiting?.giveUp()
    try {
      const answer = { words: await asked.words, model: line.modelName, ms: Math.round(elapsedMs()) }
      this.#kept.set(fingerprint, answer)
      listener.llmRequest(overdue ? 'late' : 'ok', elapsedMs() / 1000)
      return answer
    } catch (error) {
      if (this.#closed || overdue) return null
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
    const { model: open, mode, timeoutMs } = this.#options
    const [{ openLine }, model] = await Promise.all([import('./llm/model-line.js'), open()])
    return openLine({
      model,
      patienceMs: mode === 'wait' ? timeoutMs : Math.max(timeoutMs, PATIENCE_MS),
      onBreaker: (state, lastFailure) => this.#onBreaker(state, model.name, lastFailure),
      onPresence: (present, lastFailure) => this.#onPresence(present, model.name, lastFailure),
    })
  }

  #onPresence(present: boolean, model: string, lastFailure: string | null): void {
    if (this.#closed) return
    const { listener } = this.#options
    const { log } = listener
    listener.modelPresent?.(present)
    if (present) log?.info({ model }, 'the language model answers, and explains anomalies from now on')
    else
      log?.info({ model, lastFailure }, 'no language model answers: the rules explain alone until one does')
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

/** One answer that waits for the model's words, for as long as it may. */
class Waiting {
  readonly #ms: number
  #giveUp: () => void = () => {
    this.#over = true
  }
  #over = false

  constructor(ms: number) {
    this.#ms = ms
  }

  /** What comes in time; null otherwise. */
  for(assessment: Promise<Assessment | null>): Promise<Assessment | null> {
    if (this.#over) return Promise.resolve(null)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#ms)
      timer.unref()
      this.#giveUp = () => {
        clearTimeout(timer)
        resolve(null)
      }
      void assessment.then((arrived) => {
        clearTimeout(timer)
        resolve(arrived)
      })
    })
  }

  /** Nothing will come in time. */
  giveUp(): void {
    this.#giveUp()
  }
}

function assessmentOf({ reason }: Question, { words, model, ms }: Answer): Assessment {
  return { text: `${reason}. ${words}`, model, ms }
}

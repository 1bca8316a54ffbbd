import { type IncidentNotes, Operator } from './alerts/operator.js'
import { AnomalyLog } from './anomalies/anomaly-log.js'
import { Detector, type DetectorOptions, type FitReport } from './detector/detector.js'
import type { TrainerFault } from './detector/training/trainer-options.js'
import type { Verdict } from './detector/verdict.js'
import { Explainer, type ExplainMode } from './explain/explainer.js'
import type { OpenModel } from './explain/llm/language-model.js'
import type { BreakerState, LlmOutcome } from './explain/llm/outcome.js'
import { StateKeeper } from './state/keeper.js'
import { captureAll, restoreAll, type StateSection, type StateValue } from './state/section.js'
import type { StateStore } from './state/state-store.js'
import type { Telemetry } from './telemetry/record.js'
import { routeName } from './telemetry/route-name.js'

/** What is said of one record. */
export interface Judgement {
  readonly verdict: Verdict
  /** How the anomaly is kept and explained; null for an ordinary record, and for one that an operator expects. */
  readonly anomaly: ReportedAnomaly | null
}

/** An anomaly under the id it is kept under. */
export interface ReportedAnomaly {
  readonly id: string
  /** A promise only where the language model is waited for. It never rejects. */
  readonly reason: string | Promise<string>
}

/** Hears what happens in a sentinel. Whatever it does not want to hear, it leaves out; it must not throw. */
export interface SentinelListener {
  recordJudged?(judgement: Judgement): void
  fitted?(fit: FitReport): void
  trainerFault?(fault: TrainerFault): void
  /** What became of the wish for the model's words; `seconds` is null when the model was not asked. */
  llmRequest?(outcome: LlmOutcome, seconds: number | null): void
  breakerState?(state: BreakerState): void
  /** The model's words have come for an anomaly. */
  explained?(anomalyId: string): void
  stateSaved?(outcome: 'ok' | 'failed'): void
}

/** Where log lines go: `console` fits, and so does the logger of Fastify. */
export interface SentinelLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface SentinelOptions {
  readonly detector?: Omit<DetectorOptions, 'onFit' | 'onTrainerFault'>
  /** Default: by rules alone; no language model is asked. */
  readonly explain?: AskedModel
  /** Anomalies kept to be looked up. */
  readonly anomaliesMax?: number
  /** Keeps the state over restarts; nothing is kept without it. */
  readonly state?: KeptState
  readonly listener?: SentinelListener
  readonly log?: SentinelLog
  /** Milliseconds since 1970, for what operators say for a time. Default: the clock of the machine. */
  readonly clock?: () => number
}

/** The language model that adds its words to what the rules say. */
export interface AskedModel {
  readonly model: OpenModel
  /** Whether a reason waits for the model's words, or they come later. `rules` never asks. */
  readonly mode: ExplainMode
  /** How long the model may take, in milliseconds. */
  readonly timeoutMs: number
}

export interface KeptState {
  readonly store: StateStore
  /** How often the state is written when it changed, in milliseconds. Default: once a minute. */
  readonly intervalMs?: number
  /** What else is to be kept with it. */
  readonly sections?: readonly StateSection[]
}

const BY_RULES: AskedModel = {
  mode: 'rules',
  timeoutMs: 2000,
  model: () => Promise.reject(new Error('no language model is set up')),
}
/** Nothing gathers incidents yet. */
const NO_INCIDENTS: IncidentNotes = { get: () => undefined, note() {} }
const STATE_INTERVAL_MS = 60_000
const SILENT: SentinelLog = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Judges telemetry: the detector, the anomalies it found, what explains them, and the state that outlives the
 * process. It knows nothing of HTTP or the environment; `http/` translates for it.
 */
export class Sentinel {
  readonly detector: Detector
  readonly anomalies: AnomalyLog
  /** What the people who run it say to it. */
  readonly operator: Operator
  readonly #explainer: Explainer
  readonly #waits: boolean
  readonly #listeners: SentinelListener[]
  readonly #log: SentinelLog
  readonly #sections: readonly StateSection[]
  #keeper: StateKeeper | null = null

  private constructor(options: SentinelOptions, detector: Detector, listeners: SentinelListener[]) {
    const { explain = BY_RULES, state, log = SILENT, anomaliesMax } = options
    this.detector = detector
    this.anomalies = new AnomalyLog(anomaliesMax === undefined ? {} : { max: anomaliesMax })
    this.#listeners = listeners
    this.#log = log
    const { clock = Date.now } = options
    this.operator = new Operator({ detector, anomalies: this.anomalies, incidents: NO_INCIDENTS, log, clock })
    const heard = {
      llmRequest: (outcome: LlmOutcome, seconds: number | null): void => {
        for (const listener of listeners) listener.llmRequest?.(outcome, seconds)
      },
      breakerState: (breaker: BreakerState): void => {
        for (const listener of listeners) listener.breakerState?.(breaker)
      },
    }
    this.#waits = explain.mode === 'wait'
    this.#explainer = new Explainer({ ...explain, listener: { ...heard, log } })
    this.#sections = sectionsOf(detector, this.anomalies, this.operator, state?.sections)
  }

  /**
   * Builds a sentinel; every option has a default. With `state` it goes on where the process before stopped.
   * @throws ForestError when the module or the memory cannot be had, or a given forest cannot be used
   */
  static async create(options: SentinelOptions = {}): Promise<Sentinel> {
    const listeners = options.listener === undefined ? [] : [options.listener]
    const { log = SILENT } = options
    const detector = await Detector.create({
      ...options.detector,
      onFit: (fit) => {
        for (const listener of listeners) listener.fitted?.(fit)
        if (fit.outcome === 'failed') log.error({ err: fit.error, generation: fit.generation }, 'fit failed')
      },
      onTrainerFault: (fault) => {
        for (const listener of listeners) listener.trainerFault?.(fault)
        log.warn({ err: fault.error, kind: fault.kind }, trainerFaultText(fault))
      },
    })
    const sentinel = new Sentinel(options, detector, listeners)
    if (options.state !== undefined) await sentinel.#keep(options.state)
    return sentinel
  }

  /** Adds a listener; call what it returns to take it away again. */
  listen(listener: SentinelListener): () => void {
    this.#listeners.push(listener)
    return () => {
      const at = this.#listeners.indexOf(listener)
      if (at >= 0) this.#listeners.splice(at, 1)
    }
  }

  /**
   * Judges one record, then learns from it. An anomaly is kept, explained and logged, unless an operator expects it.
   * @param options.detail fills in the contributions of an ordinary record, too
   */
  judge(record: Telemetry, options?: { readonly detail?: boolean }): Judgement {
    const verdict = this.detector.rate(record, options)
    const alert = !verdict.anomalous ? 'none' : this.operator.mutes(verdict) ? 'muted' : 'alerted'
    this.detector.learn(this.operator.treatmentOf(alert))
    const anomaly = alert === 'alerted' ? this.#report(verdict, record.route) : null
    const judgement = { verdict, anomaly }
    for (const listener of this.#listeners) listener.recordJudged?.(judgement)
    return judgement
  }

  /** All that the next verdicts depend on, and the anomalies, as plain data. */
  snapshot(): Record<string, StateValue> {
    return captureAll(this.#sections)
  }

  /**
   * Goes on where a snapshot was taken; before the first record.
   * @throws StateError when the snapshot does not fit
   */
  restore(state: StateValue): void {
    restoreAll(this.#sections, state)
  }

  /** Loads the client of the language model ahead of the first anomaly. Never rejects. */
  prepare(): Promise<void> {
    return this.#explainer.prepare()
  }

  /** Ends all waiting for the language model: reasons still to come are those of the rules. */
  async release(): Promise<void> {
    await this.#explainer.close()
  }

  /** Writes the state where one is kept, and ends training. The last forest goes on judging. */
  async close(): Promise<void> {
    await this.release()
    await this.#keeper?.close()
    await this.detector.close()
  }

  /** Keeps and explains an anomaly; the log has it once its reason is whole. */
  #report(verdict: Verdict, route: string | undefined): ReportedAnomaly {
    const { reason, assessment } = this.#explainer.explain({ verdict, route })
    const { id } = this.anomalies.add({ verdict, reason, route })
    const words = assessment?.then((arrived) => {
      if (arrived === null) return reason
      this.anomalies.attachAssessment(id, arrived)
      for (const listener of this.#listeners) listener.explained?.(id)
      return arrived.text
    })
    const { score, confidence } = verdict
    const logged = (text: string): string => {
      this.#log.warn(
        { anomalyId: id, score, confidence, reason: text, route: routeName(route) || null },
        'anomaly',
      )
      return text
    }
    if (words === undefined || !this.#waits) return { id, reason: logged(reason) }
    return { id, reason: words.then(logged) }
  }

  async #keep({ store, intervalMs = STATE_INTERVAL_MS }: KeptState): Promise<void> {
    const { detector, anomalies, operator } = this
    this.#keeper = new StateKeeper({
      store,
      intervalMs,
      sections: this.#sections,
      revision: () => `${detector.records} ${detector.generation} ${anomalies.newestId} ${operator.revision}`,
      facts: () => ({
        records: detector.records,
        historySize: detector.historySize,
        generation: detector.generation,
        anomalies: anomalies.size,
      }),
      onSave: (outcome) => {
        for (const listener of this.#listeners) listener.stateSaved?.(outcome)
      },
      log: this.#log,
    })
    await this.#keeper.start()
  }
}

/** The detector comes first, because it alone may refuse what a state holds. */
function sectionsOf(
  detector: Detector,
  anomalies: AnomalyLog,
  operator: Operator,
  others: readonly StateSection[] = [],
): StateSection[] {
  // Plain data all of it; the compiler takes no interface for that.
  const own = [
    {
      name: 'detector',
      capture: () => detector.snapshot(),
      restore: (state: ReturnType<Detector['snapshot']>) => detector.restore(state),
    },
    {
      name: 'anomalies',
      capture: () => anomalies.capture(),
      restore: (list: ReturnType<AnomalyLog['capture']>) => anomalies.restore(list),
    },
    {
      name: 'operator',
      capture: () => operator.capture(),
      restore: (words: ReturnType<Operator['capture']>) => operator.restore(words),
    },
  ] as unknown as StateSection[]
  return [...own, ...others]
}

function trainerFaultText({ next }: TrainerFault): string {
  return next === 'inline'
    ? 'trainer thread failed; training runs inline from now on'
    : 'trainer thread failed; a new one starts with the next fit'
}

import type { AlarmState, Alert } from './alerts/alarm.js'
import { AlertDesk } from './alerts/alert-desk.js'
import { ALERT_DEFAULTS } from './alerts/alert-options.js'
import { IncidentLog } from './alerts/incident-log.js'
import { logIncident } from './alerts/log-incident.js'
import { Operator } from './alerts/operator.js'
import { AnomalyLog } from './anomalies/anomaly-log.js'
import { AnomalyRate } from './detector/anomaly-rate.js'
import { Detector, type FitReport } from './detector/detector.js'
import { DETECTOR_DEFAULTS } from './detector/options.js'
import type { TrainerFault } from './detector/training/trainer-options.js'
import type { Verdict } from './detector/verdict.js'
import { Explainer } from './explain/explainer.js'
import type { BreakerState, LlmOutcome } from './explain/llm/outcome.js'
import { incidentSentence } from './explain/sentence/incident.js'
import type {
  AskedModel,
  Judgement,
  KeptState,
  ReportedAnomaly,
  SentinelListener,
  SentinelLog,
  SentinelOptions,
} from './sentinel-options.js'
import { sectionsOf } from './sentinel-sections.js'
import { StateKeeper } from './state/keeper.js'
import { captureAll, restoreAll, type StateSection, type StateValue } from './state/section.js'
import type { Telemetry } from './telemetry/record.js'
import { routeName } from './telemetry/route-name.js'

export type * from './sentinel-options.js'

const BY_RULES: AskedModel = {
  mode: 'rules',
  timeoutMs: 2000,
  model: () => Promise.reject(new Error('no language model is set up')),
}
const STATE_INTERVAL_MS = 60_000
/** How often incidents that nothing belongs to any more are looked for. */
const TICK_MS = 5_000
/** Records that the share of alerts is taken over: some twenty at the rate of one in a thousand. */
const SHARE_RECORDS = 20_000
const SILENT: SentinelLog = { debug() {}, info() {}, warn() {}, error() {} }
/**
 * Judges telemetry: the detector, who is told of what it finds, the anomalies and incidents, what explains them, and the
 * state that outlives the process. It knows nothing of HTTP or the environment; `http/` translates for it.
 */
export class Sentinel {
  readonly detector: Detector
  readonly anomalies: AnomalyLog
  readonly incidents: IncidentLog
  /** What the people who run it say to it. */
  readonly operator: Operator
  /** Share of ordinary records that may be alerted; null where the forest's labels decide. */
  readonly alertRate: number | null
  readonly #desk: AlertDesk
  readonly #answered = new AnomalyRate(SHARE_RECORDS)
  readonly #explainer: Explainer
  readonly #waits: boolean
  readonly #listeners: SentinelListener[]
  readonly #log: SentinelLog
  readonly #sections: readonly StateSection[]
  #keeper: StateKeeper | null = null
  #ticking: NodeJS.Timeout | null = null

  private constructor(options: SentinelOptions, detector: Detector, listeners: SentinelListener[]) {
    const { explain = BY_RULES, log = SILENT, anomaliesMax, incidentsMax, clock = Date.now } = options
    this.detector = detector
    this.anomalies = new AnomalyLog(anomaliesMax === undefined ? {} : { max: anomaliesMax })
    const { ids } = this.anomalies
    this.incidents = new IncidentLog(incidentsMax === undefined ? { ids } : { ids, max: incidentsMax })
    this.incidents.subscribe((event) => {
      logIncident(event, log)
      for (const listener of listeners) listener.incidentChanged?.(event)
    })
    this.#listeners = listeners
    this.#log = log
    const settings = { ...DETECTOR_DEFAULTS, ...options.detector }
    this.#desk = new AlertDesk({
      detector,
      incidents: this.incidents,
      options: { ...ALERT_DEFAULTS, ...options.alerts },
      policies: settings.policies,
      routesMax: settings.routesMax,
      minConfidence: settings.minConfidence,
      sentence: incidentSentence,
      clock,
    })
    this.alertRate = this.#desk.rate
    const incidents = { get: (id: string) => this.incidents.get(id), note() {} }
    this.operator = new Operator({ detector, anomalies: this.anomalies, incidents, log, clock })
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
    this.#sections = sectionsOf({
      detector,
      anomalies: this.anomalies,
      incidents: this.incidents,
      operator: this.operator,
      answered: this.#answered,
      captureAlarm: () => this.#desk.capture(),
      restoreAlarm: (alarm) => this.#restoreAlarm(alarm),
      others: options.state?.sections ?? [],
    })
  }

  /**
   * Builds a sentinel; every option has a default. With `state` it goes on where the process before stopped.
   * @throws ForestError when the module or the memory cannot be had, or a given forest cannot be used
   */
  static async create(options: SentinelOptions = {}): Promise<Sentinel> {
    const listeners = options.listener === undefined ? [] : [options.listener]
    const { log = SILENT } = options
    let sentinel: Sentinel | null = null
    const detector = await Detector.create({
      ...options.detector,
      onFit: (fit) => {
        if (sentinel !== null) sentinel.#fitted(fit)
        for (const listener of listeners) listener.fitted?.(fit)
        if (fit.outcome === 'failed') log.error({ err: fit.error, generation: fit.generation }, 'fit failed')
      },
      onTrainerFault: (fault) => {
        for (const listener of listeners) listener.trainerFault?.(fault)
        log.warn({ err: fault.error, kind: fault.kind }, trainerFaultText(fault))
      },
    })
    sentinel = new Sentinel(options, detector, listeners)
    if (options.state !== undefined) await sentinel.#keep(options.state)
    sentinel.#startTicking()
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

  /** Share of the last records that were alerted by themselves, 0 to 1: to be compared with `alertRate`. */
  get alertShare(): number {
    return this.#answered.value
  }

  /**
   * Judges one record, then learns from it. Whom nobody expects is kept, explained and logged.
   * @param options.detail fills in the contributions of an ordinary record, too
   */
  judge(record: Telemetry, options?: { readonly detail?: boolean }): Judgement {
    const { detector, operator } = this
    let verdict = detector.rate(record, options)
    const { p, alert } = this.#desk.decide(verdict)
    if (alert !== null) verdict = this.#told(verdict)
    const muted = alert !== null && operator.mutes(verdict)
    detector.learn(operator.treatmentOf(alert === null ? 'none' : muted ? 'muted' : 'alerted'))
    const anomaly = alert === null || muted ? null : this.#report(verdict, alert, record.route)
    // An incident is no matter of the rate, and is counted elsewhere.
    this.#answered.push(anomaly !== null && anomaly.incident === null)
    const judgement = { verdict, p, anomaly }
    for (const listener of this.#listeners) listener.recordJudged?.(judgement)
    return judgement
  }

  /** All that the next verdicts depend on, the anomalies and the incidents, as plain data. */
  snapshot(): Record<string, StateValue> {
    return captureAll(this.#sections)
  }

  /**
   * Goes on where a snapshot was taken; before the first record.
   * @throws StateError when the snapshot does not fit
   */
  restore(state: StateValue): void {
    restoreAll(this.#sections, state)
    this.#desk.resume()
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
    if (this.#ticking !== null) clearInterval(this.#ticking)
    await this.release()
    await this.#keeper?.close()
    await this.detector.close()
  }

  /** A record that somebody is told of is an anomaly, odd or not, and every feature has its say. */
  #told(verdict: Verdict): Verdict {
    const { anomalous, contributions } = verdict
    if (anomalous && contributions.length > 0) return verdict
    return { ...verdict, anomalous: true, contributions: this.detector.contributions() }
  }

  #fitted({ outcome }: FitReport): void {
    if (outcome === 'ok') this.#desk.adopt()
  }

  /** A state that does not fit costs no more than what was learnt of alerts. */
  #restoreAlarm(state: AlarmState | null): void {
    try {
      this.#desk.restore(state)
    } catch (error) {
      this.#log.warn({ err: error }, 'what was learnt of alerts cannot be used; it is learnt afresh')
    }
  }

  #startTicking(): void {
    if (this.alertRate === null) return
    this.#ticking = setInterval(() => this.#desk.tick(), TICK_MS)
    this.#ticking.unref()
  }

  /** Keeps and explains an anomaly; the log has it once its reason is whole. */
  #report(verdict: Verdict, alert: Alert, route: string | undefined): ReportedAnomaly {
    const { action, p, incident, feature } = alert
    const inIncident = incident !== null
    // Of an incident the model is asked once, not for each of its records.
    const ask = !inIncident || this.incidents.get(incident)?.anomalies.length === 0
    const explained = this.#explainer.explain({ verdict, route, evidence: { inIncident }, ask })
    const { reason, assessment } = explained
    const confidence = p === null ? verdict.confidence : 1 - p
    const { id } = this.anomalies.add({ verdict, reason, route, action, p, incident, confidence })
    if (inIncident) this.incidents.addExample(incident, id)
    const words = assessment?.then((arrived) => {
      if (arrived === null) return reason
      this.anomalies.attachAssessment(id, arrived)
      for (const listener of this.#listeners) listener.explained?.(id)
      return arrived.text
    })
    const logged = (text: string): string => {
      const { score } = verdict
      const fields = {
        anomalyId: id,
        action,
        p,
        score,
        confidence,
        reason: text,
        route: routeName(route) || null,
      }
      // An incident has its own lines: three, not one for each record.
      if (inIncident) this.#log.debug({ ...fields, incidentId: incident }, 'anomaly')
      else this.#log.warn(fields, 'anomaly')
      return text
    }
    const said = words === undefined || !this.#waits ? logged(reason) : words.then(logged)
    return { id, reason: said, action, confidence, incident, feature }
  }

  async #keep({ store, intervalMs = STATE_INTERVAL_MS }: KeptState): Promise<void> {
    const { detector, anomalies, incidents, operator } = this
    this.#keeper = new StateKeeper({
      store,
      intervalMs,
      sections: this.#sections,
      revision: () =>
        [
          detector.records,
          detector.generation,
          anomalies.newestId,
          incidents.newestEventId,
          operator.revision,
        ].join(),
      facts: () => ({
        records: detector.records,
        historySize: detector.historySize,
        generation: detector.generation,
        anomalies: anomalies.size,
        openIncidents: incidents.openCount,
      }),
      onSave: (outcome) => {
        for (const listener of this.#listeners) listener.stateSaved?.(outcome)
      },
      log: this.#log,
    })
    await this.#keeper.start()
    this.#desk.resume()
  }
}

function trainerFaultText({ next }: TrainerFault): string {
  return next === 'inline'
    ? 'trainer thread failed; training runs inline from now on'
    : 'trainer thread failed; a new one starts with the next fit'
}

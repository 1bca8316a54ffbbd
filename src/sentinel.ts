import { Alarm, type AlarmState, type Alert } from './alerts/alarm.js'
import { ALERT_DEFAULTS } from './alerts/alert-options.js'
import { IncidentLog } from './alerts/incident-log.js'
import { logIncident } from './alerts/log-incident.js'
import { Operator } from './alerts/operator.js'
import { AnomalyLog } from './anomalies/anomaly-log.js'
import { AnomalyRate } from './detector/anomaly-rate.js'
import type { FeaturePolicies } from './detector/baseline/policy.js'
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
/** Records that the share of alerts is taken over. */
const SHARE_RECORDS = 20_000
const SILENT: SentinelLog = { debug() {}, info() {}, warn() {}, error() {} }
/** Records until which p may not yet tell one in a thousand. */
const YOUNG_RECORDS = 500
/** What is said of a record that the forest's label or a static limit alone decides on. */
const BY_LABEL: Alert = { action: 'freeze', p: null, incident: null, feature: null }

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
  #alarm: Alarm | null
  readonly #answered = new AnomalyRate(SHARE_RECORDS)
  readonly #explainer: Explainer
  readonly #waits: boolean
  readonly #listeners: SentinelListener[]
  readonly #log: SentinelLog
  readonly #clock: () => number
  readonly #minConfidence: number
  /** What is said of an odd record beyond a static limit while p is young. */
  readonly #whileYoung: Alert
  /** What the value of each feature must never exceed. */
  readonly #limits: Float64Array
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
    this.#clock = clock
    this.#minConfidence = options.detector?.minConfidence ?? DETECTOR_DEFAULTS.minConfidence
    const always = options.alerts?.actions === 'freeze'
    this.#whileYoung = { ...BY_LABEL, action: always ? 'freeze' : 'observe' }
    const policies: FeaturePolicies = options.detector?.policies ?? DETECTOR_DEFAULTS.policies
    this.#limits = Float64Array.from(detector.features, ({ name }) => policies[name]?.limit ?? Infinity)
    this.#alarm = this.#alarmFor(options)
    this.alertRate = this.#alarm === null ? null : (options.alerts?.rate ?? ALERT_DEFAULTS.rate)
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
      captureAlarm: () => this.#alarm?.capture() ?? null,
      restoreAlarm: (alarm) => this.#restoreAlarm(alarm, options),
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

  /** Share of the last records that somebody was told of, 0 to 1. */
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
    let p: number | null = null
    let alert: Alert | null = verdict.anomalous ? BY_LABEL : null
    if (this.#alarm !== null) {
      const alarmed = this.#raise(verdict, this.#alarm)
      if (verdict.detector === 'forest') {
        p = alarmed.p
        alert = 1 - p >= this.#minConfidence ? alarmed.alert : null
        if (alert === null && verdict.anomalous && this.#isYoungAndFar()) alert = { ...this.#whileYoung, p }
      }
    }
    // Whatever is usual, whoever decides and however sure that has to be.
    if (alert === null && this.#isBeyondLimit()) alert = { ...BY_LABEL, p }
    if (alert !== null) verdict = this.#told(verdict)
    const muted = alert !== null && operator.mutes(verdict)
    detector.learn(operator.treatmentOf({ alerts: alert !== null, muted }))
    const anomaly = alert === null || muted ? null : this.#report(verdict, alert, record.route)
    this.#answered.push(anomaly !== null)
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
    this.#afterRestore()
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

  #alarmFor({ alerts = {}, detector = {} }: SentinelOptions): Alarm | null {
    const { mode, rate, falseIncidentsADay, actions } = { ...ALERT_DEFAULTS, ...alerts }
    // A given forest brings no records to tell what is rare by.
    if (mode === 'contamination' || this.detector.given) return null
    const { policies = DETECTOR_DEFAULTS.policies, routesMax = DETECTOR_DEFAULTS.routesMax } = detector
    const { features } = this.detector
    const settings = { features, policies, routesMax, rate, falseIncidentsADay, actions }
    return new Alarm({ ...settings, sentence: incidentSentence }, this.incidents)
  }

  #raise(verdict: Verdict, alarm: Alarm): ReturnType<Alarm['judge']> {
    const { rated } = this.detector
    const score = verdict.detector === 'forest' ? verdict.score : Number.NaN
    const values = rated?.considered ?? []
    return alarm.judge({ route: rated?.route ?? '', score, values }, this.#clock())
  }

  /** While p is young, the static limits go on beside it for records that the forest finds odd. */
  #isYoungAndFar(): boolean {
    return this.detector.records <= YOUNG_RECORDS && this.detector.exceedsLimit
  }

  /** Whether a value exceeds what the operator set as its limit. */
  #isBeyondLimit(): boolean {
    const values = this.detector.rated?.values
    return values !== undefined && this.#limits.some((limit, f) => (values[f] as number) > limit)
  }

  /** A record that somebody is told of is an anomaly, odd or not, and every feature has its say. */
  #told(verdict: Verdict): Verdict {
    const { anomalous, contributions } = verdict
    if (anomalous && contributions.length > 0) return verdict
    return { ...verdict, anomalous: true, contributions: this.detector.contributions() }
  }

  #fitted({ outcome }: FitReport): void {
    if (outcome === 'ok') this.#alarm?.adopt(this.detector.fittedScores)
  }

  /** Takes over what was learnt of alerts; a state that does not fit leaves them to begin afresh. */
  #restoreAlarm(state: AlarmState | null, options: SentinelOptions): void {
    if (state === null || this.#alarm === null) return
    try {
      this.#alarm.restore(state)
    } catch (error) {
      this.#log.warn({ err: error }, 'what was learnt of alerts cannot be used; it is learnt afresh')
      this.#alarm = this.#alarmFor(options)
    }
  }

  /** Mends what a state of other settings, or of before there were alerts, leaves open. */
  #afterRestore(): void {
    const alarm = this.#alarm
    if (alarm?.adopted === false && this.detector.trained) alarm.adopt(this.detector.fittedScores)
    for (const { id } of this.incidents.list({ open: true })) {
      if (alarm?.follows(id) !== true) this.incidents.close(id, {}, this.#clock())
    }
  }

  #startTicking(): void {
    if (this.#alarm === null) return
    this.#ticking = setInterval(() => this.#alarm?.tick(this.#clock()), TICK_MS)
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
    this.#afterRestore()
  }
}

function trainerFaultText({ next }: TrainerFault): string {
  return next === 'inline'
    ? 'trainer thread failed; training runs inline from now on'
    : 'trainer thread failed; a new one starts with the next fit'
}

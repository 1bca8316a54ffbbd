import { Activity } from './activity/activity.js'
import type { AlarmState } from './alerts/alarm.js'
import { AlertDesk, type EvenClock } from './alerts/alert-desk.js'
import { ALERT_DEFAULTS } from './alerts/alert-options.js'
import { IncidentLog } from './alerts/incident-log.js'
import { logIncident } from './alerts/log-incident.js'
import { Operator } from './alerts/operator.js'
import { AnomalyLog } from './anomalies/anomaly-log.js'
import { AnomalyRate } from './detector/anomaly-rate.js'
import { Detector, type DetectorOptions, type FitReport } from './detector/detector.js'
import { resolveDetectorOptions } from './detector/options.js'
import type { TrainerFault } from './detector/training/trainer-options.js'
import type { Verdict } from './detector/verdict.js'
import { incidentSentence } from './explain/sentence/incident.js'
import { Wording } from './explain/sentence/phrases.js'
import { SteadyClock } from './runtime/steady-clock.js'
import { type Timer, unrefTimer } from './runtime/timers.js'
import { JudgingClock } from './sentinel-clock.js'
import { Following, type RecordObserver } from './sentinel-following.js'
import type {
  AskedModel,
  Judgement,
  JudgeOptions,
  KeptState,
  SentinelListener,
  SentinelLog,
  SentinelOptions,
  Trial,
} from './sentinel-options.js'
import { Reporter } from './sentinel-reporter.js'
import { factsOf, type KeptParts, revisionOf, sectionsOf } from './sentinel-sections.js'
import { StateKeeper } from './state/keeper.js'
import { settled } from './state/late.js'
import { captureAll, restoreAll, type StateSection, type StateValue } from './state/section.js'
import { ruleLimitsOf } from './telemetry/features.js'
import { IgnoredFields } from './telemetry/ignored-fields.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from './telemetry/model.js'
import type { TelemetryRecord } from './telemetry/record.js'
import { RecordClock } from './telemetry/record-clock.js'

export type * from './sentinel-options.js'

const BY_RULES: AskedModel = {
  mode: 'rules',
  timeoutMs: 2000,
  model: () => Promise.reject(new Error('no language model is set up')),
}
const STATE_INTERVAL_MS = 60_000
/** How often incidents that nothing belongs to any more are looked for. */
const TICK_MS = 5_000
/** How far a live record's time may be ahead of the machine's: one from the far future would hold time still. */
const AHEAD_MS = 60_000
/** Records that the share of alerts is taken over; at one in a thousand, some twenty of them are alerts. */
const SHARE_RECORDS = 20_000
const ALERTS_LOST = 'what was learnt of alerts cannot be used; it is learnt afresh'
const SILENT: SentinelLog = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Judges telemetry: the detector, who is told of what it finds, the anomalies and incidents, what explains them, and the
 * state that outlives the process. It knows nothing of HTTP or the environment; `http/` translates for it.
 */
export class Sentinel {
  /** What scores records and learns from them. */
  readonly detector: Detector
  /** The last anomalies, to be looked up. */
  readonly anomalies: AnomalyLog
  /** The last incidents, to be looked up. */
  readonly incidents: IncidentLog
  /** What the people who run it say to it. */
  readonly operator: Operator
  /** What was seen lately, to be looked at. @internal */
  readonly activity: Activity
  /** Whether a language model is asked, and who waits for it. @internal */
  readonly explainMode: AskedModel['mode']
  /** Share of ordinary records that may be alerted; null where the forest's labels decide. */
  readonly alertRate: number | null
  readonly #desk: AlertDesk
  readonly #answered = new AnomalyRate(SHARE_RECORDS)
  readonly #reporter: Reporter
  readonly #listeners: SentinelListener[]
  readonly #log: SentinelLog
  readonly #newDetector: () => Promise<Detector>
  readonly #time: JudgingClock
  readonly #ignored: IgnoredFields
  readonly #telemetry: TelemetryModel
  readonly #parts: KeptParts
  readonly #sections: readonly StateSection[]
  /** Time as the records tell it, where no pace may decide; null where the clock of the machine does. */
  readonly #recordClock: RecordClock | null
  #keeper: StateKeeper | null = null
  #observer: RecordObserver | null = null
  #following: Following | null = null
  #ticking: Timer | null = null
  #closed = false

  private constructor(
    options: SentinelOptions,
    newDetector: () => Promise<Detector>,
    detector: Detector,
    listeners: SentinelListener[],
  ) {
    const { explain = BY_RULES, log = SILENT, anomaliesMax, incidentsMax, clock: given } = options
    const { telemetry } = detector
    const words = new Wording(telemetry.features)
    this.#telemetry = telemetry
    const replayed = options.detector?.fit === 'sync'
    const byRecords = given === undefined && (replayed || telemetry.timed)
    const recordClock = byRecords ? new RecordClock(replayed ? undefined : () => Date.now() + AHEAD_MS) : null
    const wallMs = recordClock === null ? (given ?? Date.now) : () => recordClock.nowMs
    const even = recordClock ?? (given === undefined ? new SteadyClock() : clockOf(given))
    const time = new JudgingClock(even, wallMs)
    const clock = () => time.shownMs
    this.#recordClock = recordClock
    this.#time = time
    const settings = resolveDetectorOptions(options.detector ?? {})
    const anomalies = new AnomalyLog(anomaliesMax === undefined ? { clock } : { max: anomaliesMax, clock })
    const { ids } = anomalies
    const incidents = new IncidentLog(incidentsMax === undefined ? { ids } : { ids, max: incidentsMax })
    incidents.subscribe((event) => {
      logIncident(event, log)
      for (const listener of listeners) listener.incidentChanged?.(event)
    })
    this.#newDetector = newDetector
    this.detector = detector
    this.anomalies = anomalies
    this.incidents = incidents
    this.activity = new Activity({ features: detector.features.map(({ name }) => name), clock })
    this.explainMode = explain.mode
    this.#listeners = listeners
    this.#log = log
    this.#desk = new AlertDesk({
      detector,
      incidents,
      options: { ...ALERT_DEFAULTS, ...options.alerts },
      policies: settings.policies,
      routesMax: settings.routesMax,
      changeRecords: settings.historyMax,
      minConfidence: settings.minConfidence,
      sentence: (facts) => incidentSentence(facts, words),
      clock: time,
      wallClock: clock,
      onStateLost: (err) => log.error({ err }, ALERTS_LOST),
    })
    this.alertRate = this.#desk.rate
    // A clock of its own: that of the alerts is set ahead by what an earlier process saw.
    const evenForWords = given === undefined && recordClock === null ? new SteadyClock() : even
    this.operator = new Operator({
      ...{ detector, anomalies, incidents, memories: this.#desk, log },
      clock: () => evenForWords.nowMs,
      wallClock: wallMs,
    })
    this.#reporter = new Reporter({ telemetry, words, anomalies, incidents, explain, listeners, log })
    this.#ignored = new IgnoredFields(telemetry.fields, (pointer) => {
      log.info({ field: pointer }, 'a field of records that nothing is declared to be made of; it is ignored')
      for (const listener of listeners) listener.fieldIgnored?.(pointer)
    })
    this.#parts = {
      detector,
      anomalies,
      incidents,
      operator: this.operator,
      answered: this.#answered,
      activity: this.activity,
      captureAlarm: () => this.#desk.capture(),
      restoreAlarm: (alarm) => this.#restoreAlarm(alarm),
      recordClock,
    }
    this.#sections = sectionsOf(this.#parts)
  }

  /**
   * Builds a sentinel; every option has a default. With `state` it goes on where the process before stopped.
   * @throws ForestError when the module or the memory cannot be had, or a given forest cannot be used
   */
  static async create(options: SentinelOptions = {}): Promise<Sentinel> {
    const listeners = options.listener === undefined ? [] : [options.listener]
    const { log = SILENT } = options
    let sentinel: Sentinel | null = null
    const { telemetry = REQUEST_TELEMETRY, rules = ruleLimitsOf(telemetry.features) } = options.detector ?? {}
    const detectorOptions: DetectorOptions = {
      ...options.detector,
      rules,
      onFit: (fit) => {
        if (sentinel !== null) sentinel.#fitted(fit)
        for (const listener of listeners) listener.fitted?.(fit)
        if (fit.outcome === 'failed') log.error({ err: fit.error, generation: fit.generation }, 'fit failed')
      },
      onStateLost: (err) => {
        log.error({ err }, 'records cannot be judged by the state that was restored; it is learnt afresh')
        if (sentinel !== null) sentinel.#desk.reset(null)
      },
      onTrainerFault: (fault) => {
        for (const listener of listeners) listener.trainerFault?.(fault)
        log.warn({ err: fault.error, kind: fault.kind }, trainerFaultText(fault))
      },
    }
    const newDetector = (): Promise<Detector> => Detector.create(detectorOptions)
    sentinel = new Sentinel(options, newDetector, await newDetector(), listeners)
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

  /** What is watched. */
  get telemetry(): TelemetryModel {
    return this.#telemetry
  }

  /**
   * Lets the sentinel judge by what a fleet has learnt. @internal
   * @param observer sees every record that was judged and may be learnt from
   */
  join(observer: RecordObserver): Following {
    this.#observer = observer
    this.#following = new Following(this.detector, this.#desk, this.#newDetector)
    return this.#following
  }

  /** Share of the last records that were alerted by themselves, 0 to 1: to be compared with `alertRate`. */
  get alertShare(): number {
    return this.#answered.value
  }

  /**
   * Judges one record by what came before it, then learns from it. One that somebody is told of is kept, explained and
   * logged.
   * @param record as the schema of its telemetry has it; of that only what would poison what is learnt is checked here
   * @param options.detail fills in the contributions of an ordinary record, too
   * @param options.traceparent of the request that brought the record; the record's own counts before it
   * @param options.atMs when it came, where that is not now
   * @returns null once it is closed
   * @throws RecordError for what is no record; it is neither judged nor counted
   */
  judge(record: TelemetryRecord, options?: JudgeOptions): Judgement | null {
    if (this.#closed) return null
    if (!this.#takes(record)) return this.#skipped()
    this.#recordClock?.see(this.#telemetry.timestampOf(record))
    const atMs = options?.atMs
    return atMs === undefined || this.#recordClock !== null
      ? this.#judge(record, options)
      : this.#time.at(atMs, () => this.#judge(record, options))
  }

  /**
   * What would be said of a record that came now, by itself: nothing is learnt, counted, kept or logged, and incidents
   * and operators' words are left out of account.
   * @returns null once it is closed
   * @throws RecordError for what is no record
   */
  tryOut(record: TelemetryRecord): Trial | null {
    if (this.#closed) return null
    const { detector } = this
    if (this.#telemetry.check(record) === 'skip')
      return {
        verdict: detector.unjudged(),
        p: null,
        action: null,
        reason: null,
        confidence: 0,
        feature: null,
      }
    const rated = detector.tryOut(record, { detail: true })
    const { p, alert } = this.#desk.tryOut(rated)
    const verdict = alert === null ? rated : this.#told(rated)
    detector.dismiss()
    const { action = null, feature = null } = alert ?? {}
    const reason = alert === null ? null : this.#reporter.reasonFor(verdict, record)
    return { verdict, p, action, reason, confidence: p === null ? verdict.confidence : 1 - p, feature }
  }

  /** All that the next verdicts depend on, the anomalies and the incidents, as plain data: what `restore` takes. */
  snapshot(): Record<string, StateValue> {
    return settled(captureAll(this.#sections))
  }

  /**
   * Goes on where a snapshot was taken; before the first record.
   * @throws StateError when the snapshot does not fit
   */
  restore(state: StateValue): void {
    restoreAll(this.#sections, state)
    this.#desk.resume()
  }

  /** Has the language model loaded ahead of the first anomaly, and learns whether there is one. Never rejects. */
  prepare(): Promise<void> {
    return this.#reporter.prepare()
  }

  /** Ends all waiting for the language model: reasons still to come are those of the rules. */
  async release(): Promise<void> {
    await this.#reporter.close()
  }

  /** Writes the state where one is kept, if it changed. Never rejects. */
  async save(): Promise<void> {
    await this.#keeper?.save()
  }

  /** Writes the state where one is kept, and ends training and judging. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#ticking !== null) clearInterval(this.#ticking)
    await this.release()
    await this.#keeper?.close()
    await this.#following?.close()
    await this.detector.close()
  }

  #judge(record: TelemetryRecord, options?: JudgeOptions): Judgement {
    const { detector } = this
    const { rulings } = this.operator
    const nowMs = this.#time.shownMs
    this.#time.see(nowMs)
    const rated = detector.rate(record, options)
    const threat = rulings.keepsOut()
    const expected = rulings.mayExpect && rulings.expects(this.#told(rated))
    const treatment = threat ? 'never' : expected ? 'expected' : 'usual'
    const { p, alert } = this.#desk.decide(rated, treatment)
    const verdict = alert === null ? rated : this.#told(rated)
    const muted = alert !== null && rulings.mutes(verdict)
    if (detector.rated !== null)
      this.activity.see(nowMs, detector.rated, rated, p, muted ? null : alert, this.alertRate)
    if (this.#observer !== null && !threat && detector.rated !== null)
      this.#observer.judged(this.#telemetry.routeOf(record), detector.rated, alert !== null)
    detector.learn(rulings.treatmentOf(alert === null ? 'none' : muted ? 'muted' : 'alerted'))
    const { traceparent } = options ?? {}
    const anomaly =
      alert === null || muted ? null : this.#reporter.report(verdict, alert, record, traceparent)
    // The share is to be compared with the alert rate, which says nothing of the records of an incident.
    this.#answered.push(anomaly !== null && anomaly.incident === null)
    const judgement = { verdict, p, anomaly }
    for (const listener of this.#listeners) listener.recordJudged?.(judgement)
    return judgement
  }

  /** A record that somebody is told of is an anomaly, odd or not, and every feature has its say. */
  #told(verdict: Verdict): Verdict {
    const { anomalous, contributions } = verdict
    if (anomalous && contributions.length > 0) return verdict
    return { ...verdict, anomalous: true, contributions: this.detector.contributions() }
  }

  /** Whether a record is judged. By itself, for `judge` is as long as may be compiled in one piece. @throws RecordError */
  #takes(record: TelemetryRecord): boolean {
    if (this.#telemetry.check(record) === 'skip') return false
    this.#ignored.see(record)
    return true
  }

  /** What is said of a record that lacks what it would be judged by. */
  #skipped(): Judgement {
    for (const listener of this.#listeners) listener.recordSkipped?.()
    return { verdict: this.detector.unjudged(), p: null, anomaly: null }
  }

  #fitted({ outcome }: FitReport): void {
    if (outcome === 'ok') this.#desk.adopt()
  }

  /** When the alarm's part of a state does not fit, only what was learnt of alerts is lost. */
  #restoreAlarm(state: AlarmState | null): void {
    try {
      this.#desk.restore(state)
    } catch (error) {
      this.#log.warn({ err: error }, ALERTS_LOST)
    }
  }

  #startTicking(): void {
    if (this.alertRate === null || this.#recordClock !== null) return
    this.#ticking = setInterval(() => {
      if (!this.#time.looksBack) this.#desk.tick()
    }, TICK_MS)
    unrefTimer(this.#ticking)
  }

  async #keep({ store, intervalMs = STATE_INTERVAL_MS }: KeptState): Promise<void> {
    const parts = this.#parts
    this.#keeper = new StateKeeper({
      store,
      intervalMs,
      sections: this.#sections,
      revision: () => revisionOf(parts),
      facts: () => factsOf(parts),
      onSave: (outcome) => {
        for (const listener of this.#listeners) listener.stateSaved?.(outcome)
      },
      log: this.#log,
    })
    await this.#keeper.start()
    this.#desk.resume()
  }
}

function clockOf(nowMs: () => number): EvenClock {
  return {
    get nowMs() {
      return nowMs()
    },
  }
}

function trainerFaultText({ next }: TrainerFault): string {
  return next === 'inline'
    ? 'trainer thread failed; training runs inline from now on'
    : 'trainer thread failed; a new one starts with the next fit'
}

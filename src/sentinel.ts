import type { Activity } from './activity/activity.js'
import type { IncidentLog } from './alerts/incidents/incident-log.js'
import { logIncident } from './alerts/incidents/log-incident.js'
import type { Operator } from './alerts/operator/operator.js'
import type { AnomalyLog } from './anomalies/anomaly-log.js'
import { Detector, type DetectorOptions } from './detector/detector.js'
import { type Timer, unrefTimer } from './runtime/timers.js'
import type { Company, Findings, SharedByDetector } from './sentinel/company.js'
import { Following, type RecordObserver } from './sentinel/following.js'
import { Hearing } from './sentinel/hearing.js'
import { Judging } from './sentinel/judging.js'
import { Keeping } from './sentinel/keeping.js'
import type {
  AskedModel,
  Judgement,
  JudgeOptions,
  KeptState,
  SentinelListener,
  SentinelLog,
  SentinelOptions,
  Trial,
} from './sentinel/options.js'
import { type FoundLogs, type SentinelParts, sentinelParts } from './sentinel/parts.js'
import type { StateValue } from './state/section.js'
import { ruleLimitsOf } from './telemetry/features.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from './telemetry/model.js'
import type { TelemetryRecord } from './telemetry/record.js'

export type * from './sentinel/options.js'

/** How often incidents that nothing belongs to any more are looked for. */
const TICK_MS = 5_000
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
  readonly #parts: SentinelParts
  readonly #listeners: SentinelListener[]
  readonly #log: SentinelLog
  readonly #newDetector: () => Promise<Detector>
  readonly #company: Company | null
  readonly #judging: Judging
  readonly #keeping: Keeping
  #stopHearing: (() => void) | null = null
  /** Judges by features that were declared before until those declared now have a forest of their own. */
  #predecessor: Sentinel | null = null
  /** What has taken its place: requests that were in hand then are answered by it. */
  #successor: Sentinel | null = null
  #following: Following | null = null
  #modelSinceMs: number | null = null
  #ticking: Timer | null = null
  #closed = false

  private constructor(
    options: SentinelOptions,
    newDetector: () => Promise<Detector>,
    detector: Detector,
    listeners: SentinelListener[],
    company: Company | null,
    found?: FoundLogs,
  ) {
    const { log = SILENT } = options
    const parts = sentinelParts(options, detector, listeners, log, company, found)
    this.detector = detector
    this.anomalies = parts.anomalies
    this.incidents = parts.incidents
    this.operator = parts.operator
    this.activity = parts.activity
    this.explainMode = parts.explainMode
    this.alertRate = parts.desk.rate
    this.#parts = parts
    this.#listeners = listeners
    this.#company = company
    this.#log = log
    this.#newDetector = newDetector
    this.#judging = new Judging(detector, parts, listeners)
    this.#keeping = new Keeping(detector, parts, listeners, log, company)
  }

  /**
   * Builds a sentinel; every option has a default. With `state` it goes on where the process before stopped.
   * @throws ForestError when the module or the memory cannot be had, or a given forest cannot be used
   */
  static async create(options: SentinelOptions = {}): Promise<Sentinel> {
    const sentinel = await Sentinel.#build(options)
    sentinel.#hearOfIncidents()
    if (options.state !== undefined) await sentinel.keep(options.state)
    sentinel.#startTicking()
    return sentinel
  }

  /**
   * A sentinel by other options that is to take the place of one, once `takeOver` is called; not before that does it keep
   * anything. @internal
   * @throws ForestError as `create`
   */
  static successor(old: Sentinel, options: SentinelOptions): Promise<Sentinel> {
    return Sentinel.#build(options, old)
  }

  static async #build(options: SentinelOptions, found?: FoundLogs): Promise<Sentinel> {
    const listeners = options.listener === undefined ? [] : [options.listener]
    const heard = new Hearing(options.log ?? SILENT, listeners)
    const detectorOptions: DetectorOptions = { ...withRules(options.detector), ...heard.options }
    const newDetector = (): Promise<Detector> => Detector.create(detectorOptions)
    const sentinel = new Sentinel(options, newDetector, await newDetector(), listeners, null, found)
    heard.sentinel = sentinel
    return sentinel
  }

  /**
   * One of many in one memory. Where it is to be kept its `keep` is to follow.
   * @throws ForestError when the memory cannot be had
   * @internal
   */
  static among(company: Company, options: Omit<SentinelOptions, 'listener' | 'state'>): Sentinel {
    const { listeners, ground, origin, findings } = company
    const heard = new Hearing(options.log ?? SILENT, listeners, origin)
    const detector = Detector.on(ground, { ...withRules(options.detector), ...heard.options })
    const alone = (): Promise<Detector> => Promise.reject(new Error('one of many joins no fleet'))
    const sentinel = new Sentinel(options, alone, detector, listeners, company)
    heard.sentinel = sentinel
    if (findings === null) sentinel.#hearOfIncidents()
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
    return this.detector.telemetry
  }

  /**
   * Lets the sentinel judge by what a fleet has learnt. @internal
   * @param observer sees every record that was judged and may be learnt from
   */
  join(observer: RecordObserver): Following {
    this.#judging.observer = observer
    this.#following = new Following(this.detector, this.#parts.desk, this.#newDetector, () => {
      this.#modelSinceMs = Date.now()
      for (const listener of this.#listeners) listener.modelAdopted?.()
    })
    return this.#following
  }

  /** Share of the last records that were alerted by themselves, 0 to 1: to be compared with `alertRate`. */
  get alertShare(): number {
    return this.#parts.answered.value
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
    if (this.#successor !== null) return this.#successor.judge(record, options)
    if (this.#closed) return null
    const before = this.#predecessor
    if (before !== null && this.#leavesTo(before, record)) return before.#judging.judgeTaken(record, options)
    return this.#judging.judge(record, options)
  }

  /**
   * What would be said of a record that came now, by itself: nothing is learnt, counted, kept or logged, and incidents
   * and operators' words are left out of account.
   * @returns null once it is closed
   * @throws RecordError for what is no record
   */
  tryOut(record: TelemetryRecord): Trial | null {
    if (this.#successor !== null) return this.#successor.tryOut(record)
    if (this.#closed) return null
    const before = this.#predecessor
    const asBefore = before !== null && !this.detector.trained && before.#judging.accepts(record)
    return asBefore ? before.#judging.tryOut(record) : this.#judging.tryOut(record)
  }

  /** All that the next verdicts depend on, the anomalies and the incidents, as plain data: what `restore` takes. */
  snapshot(): Record<string, StateValue> {
    return this.#keeping.snapshot()
  }

  /**
   * Goes on where a snapshot was taken; before the first record.
   * @throws StateError when the snapshot does not fit
   */
  restore(state: StateValue): void {
    this.#keeping.restore(state)
  }

  /**
   * Takes the place of the sentinel that this one was made the successor of: goes on with all that it has learnt, found
   * and been told, and keeps its state. Where other features are watched, or the forest is to be another one, it learns
   * from the next record on, and the one before judges until there is a forest. @internal
   * @param intervalMs how often the state is written from now on, where it is kept
   * @throws StateError when what was learnt of the same features does not fit these options; then nothing has changed
   */
  takeOver(before: Sentinel, intervalMs?: number): void {
    this.#keeping.continueFrom(before.#keeping)
    before.#stopHearing?.()
    this.#hearOfIncidents()
    const judging = before.detector.trained ? before : before.#predecessor
    const waits = judging !== null && !this.detector.trained
    if (waits) {
      this.#predecessor = judging
      if (judging !== before) before.#predecessor = null
    } else this.#parts.desk.resume()
    this.#startTicking()
    this.#keeping.takePlaceOf(before.#keeping, intervalMs)
    before.#successor = this
    if (this.#predecessor !== before) void before.close()
  }

  /** Names of the features by whose forest records are judged while those declared since have none; else null. */
  get succeeds(): readonly string[] | null {
    const before = this.#predecessor
    if (before === null || this.detector.trained) return null
    return before.detector.features.map(({ name }) => name)
  }

  /** Has the language model loaded ahead of the first anomaly, and learns whether there is one. Never rejects. */
  prepare(): Promise<void> {
    return this.#parts.explainer.prepare()
  }

  /** Ends all waiting for the language model: reasons still to come are those of the rules. */
  async release(): Promise<void> {
    if (!this.#isGuest) await this.#parts.explainer.close()
  }

  /** Writes the state where one is kept, if it changed. Never rejects. */
  async save(): Promise<void> {
    await this.#keeping.save()
  }

  /** Writes the state where one is kept, and ends training and judging. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopTicking()
    this.#stopHearing?.()
    await this.#predecessor?.close()
    await this.release()
    await this.#keeping.close()
    await this.#following?.close()
    await this.detector.close()
  }

  /** The time at which records are judged, ms. @internal */
  get judgedAtMs(): number {
    return this.#parts.clocks.judging.nowMs
  }

  /** A forest was fitted. @internal */
  fitted(): void {
    this.#parts.desk.adopt()
    this.#modelSinceMs = Date.now()
  }

  /** When the forest in use was fitted or taken over, ms since 1970; null where that is not known. @internal */
  get modelSinceMs(): number | null {
    return this.#modelSinceMs
  }

  /** What was learnt is lost. @internal */
  lostState(): void {
    this.#parts.desk.reset(null)
  }

  /** Lets time pass without a record. @internal */
  tick(): void {
    if (!this.#parts.clocks.judging.looksBack) this.#parts.desk.tick()
  }

  /** All that is kept of it, with what takes long captured late. @internal */
  capture(): Record<string, StateValue> {
    return this.#keeping.capture()
  }

  /** Changes when there is something new to keep of one that writes what it finds elsewhere. @internal */
  get revision(): string {
    const { records, generation } = this.detector
    return [records, generation, this.operator.revision].join()
  }

  /** Whether its state is kept, and the place for it is this process' own. @internal */
  get keepsState(): boolean {
    return this.#keeping.keeps
  }

  /** Makes room for another one: what is open ends, and nothing is judged any more. @internal */
  retire(): void {
    const { incidents, activity } = this
    const { origin } = this.#company ?? {}
    for (const { id } of incidents.list({ open: true, ...origin })) incidents.close(id, {}, activity.nowMs)
    void this.close()
  }

  /** What the first of many has for those that come after it. @internal */
  get findings(): Findings {
    return this.#parts
  }

  /** What the first of a detector has for those of its entities. @internal */
  get shared(): SharedByDetector {
    return this.#parts
  }

  /** Whether it tells what it finds to somebody else's logs. */
  get #isGuest(): boolean {
    return this.#company !== null && this.#company.findings !== null
  }

  /** Whether the sentinel before is to judge a record. This one learns from it all the same. */
  #leavesTo(before: Sentinel, record: TelemetryRecord): boolean {
    if (this.detector.trained) {
      this.#predecessor = null
      this.#log.info({}, 'there is a forest by the settings that were read anew; it judges from now on')
      // What it left open is nobody's any more.
      this.#parts.desk.resume()
      void before.close()
      return false
    }
    const accepted = before.#judging.accepts(record)
    if (accepted) this.#judging.learnOnly(record)
    return accepted
  }

  #hearOfIncidents(): void {
    this.#stopHearing = this.incidents.subscribe((event) => {
      logIncident(event, this.#log)
      for (const listener of this.#listeners) listener.incidentChanged?.(event)
    })
  }

  #stopTicking(): void {
    if (this.#ticking !== null) clearInterval(this.#ticking)
    this.#ticking = null
  }

  #startTicking(): void {
    if (this.alertRate === null || this.#parts.clocks.records !== null) return
    this.#ticking = setInterval(() => this.tick(), TICK_MS)
    unrefTimer(this.#ticking)
  }

  /** Goes on where the process before stopped, and keeps the state from now on. Before the first record. @internal */
  async keep(kept: KeptState): Promise<void> {
    await this.#keeping.keep(kept)
  }
}

function withRules(detector: SentinelOptions['detector']): DetectorOptions {
  const { telemetry = REQUEST_TELEMETRY, rules = ruleLimitsOf(telemetry.features) } = detector ?? {}
  return { ...detector, rules }
}

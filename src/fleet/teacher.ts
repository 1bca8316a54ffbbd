import { AlertDesk } from '../alerts/alert-desk.js'
import { ALERT_DEFAULTS } from '../alerts/alert-options.js'
import { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { Draw } from '../alerts/judgement.js'
import { NeverLearntList } from '../alerts/operator/never-learnt.js'
import type { LearningWord } from '../alerts/operator/operator-word.js'
import { Detector, LearningError } from '../detector/detector.js'
import { resolveDetectorOptions } from '../detector/options.js'
import type { CapturedModel } from '../sentinel/following.js'
import type { TelemetryModel } from '../telemetry/model.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import { TimeIds } from '../text/time-id.js'
import type { LearningOptions } from './fleet-options.js'
import type { FleetTime } from './fleet-time.js'
import { GoodSense } from './model/good-sense.js'
import { ReplicaShares } from './samples/replica-shares.js'
import { SampleClock } from './samples/sample-clock.js'
import type { SampleBatch, SampledRecord } from './samples/sample-codec.js'

/** Records that are learnt from before whatever else waits has its turn: half a millisecond. */
const RECORDS_A_TURN = 25
/** A fit that takes this many times as long as the one before hangs, unless it takes no longer than that many ms. */
const FIT_TIMES = 5
const LEAST_HANG_MS = 3_500
const FIRST_FIT_MS = 10_000
/** Of the time from one look to the next so much counts: where we are late ourselves, the fit has no processor, either. */
const ON_TIME_MS = 250
/** An incident that opened just before its leader ended may be in no model: it goes on where evidence comes within this. */
const FORLORN_MS = 60_000
/** Where a label decides who is told, this share of the records may be odd when nothing else is said. */
const ODD_SHARE = 0.1

/** Learns from the samples of a fleet, as a sentinel does from its own records. */
export class Teacher {
  readonly #detector: Detector
  readonly #desk: AlertDesk
  readonly #clock: SampleClock
  readonly #sense: GoodSense
  readonly #shares: ReplicaShares
  readonly #time: FleetTime
  readonly #threats: NeverLearntList
  readonly #log: LearningOptions['log']
  /** What goes on over the whole fleet. */
  readonly incidents: IncidentLog
  /** Records that were learnt from. */
  learnt = 0
  /** Records that were not learnt from, as their replica had its say or is not trusted. */
  leftOut = 0
  #lastFitMs = 0
  /** How long the fit that runs was waited for. */
  #waitedMs = 0
  #passedMs: number
  /** Until when an incident of the leader before may find its evidence again. */
  #forlornUntilMs: number

  private constructor(options: LearningOptions, detector: Detector, time: FleetTime) {
    const { alerts, sentence, log } = options
    this.#time = time
    this.#forlornUntilMs = time.nowMs + FORLORN_MS
    this.#passedMs = time.nowMs
    this.#log = log
    const { policies, routesMax, historyMax, minConfidence, contamination } = resolveDetectorOptions({
      ...options.detector,
      telemetry: options.telemetry,
    })
    this.#clock = new SampleClock(time)
    this.#threats = new NeverLearntList(detector.features.map(({ name }) => name))
    this.incidents = new IncidentLog({ ids: new TimeIds() })
    this.#detector = detector
    this.#desk = new AlertDesk({
      detector,
      incidents: this.incidents,
      options: { ...ALERT_DEFAULTS, ...alerts },
      policies,
      routesMax,
      changeRecords: historyMax,
      minConfidence,
      sentence,
      clock: this.#clock,
      wallClock: Date.now,
      onStateLost: (err) =>
        log.error({ err }, 'what the fleet learnt of alerts is of no use; it is learnt afresh'),
    })
    const oddShare = typeof contamination === 'number' ? contamination : ODD_SHARE
    this.#sense = new GoodSense(this.#desk.rate ?? oddShare)
    this.#shares = new ReplicaShares((replica, suspect) =>
      log.warn(
        { replica },
        suspect
          ? 'the records of this replica are odd far more often than those of all others: the fleet does not learn from them'
          : 'the records of this replica are like those of the others again: the fleet learns from them',
      ),
    )
  }

  /**
   * @param time that it lives by
   * @param model to go on from
   * @param incidents that are known, as they were captured
   * @param onIncidents is handed their log before anything happens to one of them
   * @throws StateError when the model does not fit
   */
  static async create(
    options: LearningOptions,
    time: FleetTime,
    model: CapturedModel,
    incidents: readonly unknown[],
    onIncidents: (log: IncidentLog) => void,
  ): Promise<Teacher> {
    let teacher: Teacher | null = null
    const detector = await Detector.create({
      ...options.detector,
      telemetry: carrying(options.telemetry),
      clock: Date.now,
      onFit: ({ outcome, durationMs, error }) => {
        if (outcome === 'ok') teacher?.fitted(durationMs)
        else options.log.error({ err: error }, 'fit of the fleet failed')
      },
      onTrainerFault: ({ error, kind }) =>
        options.log.warn({ err: error, kind }, 'trainer thread of the fleet failed'),
    })
    teacher = new Teacher(options, detector, time)
    teacher.incidents.restore(incidents)
    onIncidents(teacher.incidents)
    try {
      detector.restore(model.detector)
      teacher.#desk.restore(model.alarm)
      teacher.#desk.goOn()
    } catch (error) {
      await detector.close()
      throw error
    }
    return teacher
  }

  /** Whether there is a forest to publish. */
  get trained(): boolean {
    return this.#detector.trained
  }

  /** Changes when there is something new to publish. */
  get revision(): number {
    return this.#detector.generation
  }

  /** Whether a fit does not end: then somebody else should lead. */
  get hangs(): boolean {
    const last = this.#lastFitMs
    return this.#waitedMs > (last === 0 ? FIRST_FIT_MS : Math.max(LEAST_HANG_MS, FIT_TIMES * last))
  }

  /** Replicas that were heard of lately, and those of them that nothing is learnt from. */
  get replicas(): { readonly known: number; readonly suspect: number } {
    return { known: this.#shares.size, suspect: this.#shares.suspects }
  }

  /** Learns nothing while it is true. */
  set paused(paused: boolean) {
    if (paused === this.#detector.learningPaused) return
    if (paused) this.#detector.pauseLearning()
    else this.#detector.resumeLearning()
  }

  /** Does what an operator said of what was learnt. */
  hear(word: LearningWord): void {
    try {
      this.#obey(word)
    } catch (error) {
      if (!(error instanceof LearningError)) throw error
      this.#log.warn({ said: word.said, reason: error.message }, "an operator's word could not be followed")
    }
  }

  /** Learns from a batch that has come now. */
  async feed({ replica, judged, rare, spanMs, records }: SampleBatch): Promise<void> {
    const ordinary = records.filter((record) => !record.beside && !record.rare).length
    const draws = {
      ordinary: { unseen: ordinary === 0 ? 0 : Math.max(0, (judged - rare) / ordinary - 1), beside: false },
      rare: { unseen: 0, beside: false },
      beside: { unseen: 0, beside: true },
    }
    for (const [i, record] of records.entries()) {
      this.#clock.seeRecord(Math.max(0, spanMs - record.atMs))
      if (record.beside) this.#weigh(record, draws.beside)
      else this.#learn(replica, record, record.rare ? draws.rare : draws.ordinary)
      if (i % RECORDS_A_TURN === RECORDS_A_TURN - 1) await this.#time.turn()
    }
  }

  /** Lets time pass without records: incidents end after a calm minute. */
  pass(): void {
    this.#clock.pass()
    this.#desk.tick()
    this.#wait()
    if (this.#time.nowMs < this.#forlornUntilMs) return
    this.#forlornUntilMs = Number.POSITIVE_INFINITY
    this.#desk.endForlorn()
  }

  /** All that judging depends on, and learning on from here. */
  capture(): CapturedModel {
    return { detector: this.#detector.capture(), alarm: this.#desk.capture() }
  }

  /** Whether what it has learnt is fit to be judged by. */
  isSound(): Promise<boolean> {
    return this.#sense.accepts(
      (record) => this.#alerts(record),
      () => this.#time.turn(),
    )
  }

  /** @internal */
  fitted(durationMs: number): void {
    this.#lastFitMs = durationMs
    this.#desk.adopt()
  }

  close(): Promise<void> {
    return this.#detector.close()
  }

  #wait(): void {
    const { nowMs } = this.#time
    const sinceMs = nowMs - this.#passedMs
    this.#passedMs = nowMs
    const { fittingMs } = this.#detector
    // None, or another one than at the last look.
    if (fittingMs < sinceMs) this.#waitedMs = 0
    else this.#waitedMs += Math.min(sinceMs, ON_TIME_MS)
  }

  #obey(word: LearningWord): void {
    if (word.said === 'threat') {
      const { pattern } = word
      this.#detector.forget((name, values) => this.#threats.holds(pattern, name, values))
      this.#desk.forget(pattern.route, pattern)
    } else if (word.said === 'taken back') {
      // Of what operators said nothing is learnt here; a habit is.
      this.#desk.endHabit(word.source)
    } else if (word.said === 'changed') {
      this.#detector.changed(word.route ?? undefined)
      this.#desk.expectChange(word.route)
    } else {
      this.#detector.reset(word.route ?? undefined)
      this.#desk.reset(word.route)
      this.#sense.forget()
    }
  }

  /** Takes a rare record into account that was not drawn: also of a replica that is not trusted, as evidence is no learning. */
  #weigh(record: SampledRecord, draw: Draw): void {
    const verdict = this.#detector.tryOut(asTelemetry(record))
    this.#desk.decide(verdict, record.expected ? 'expected' : 'never', draw)
    this.#detector.dismiss()
  }

  #learn(replica: string, record: SampledRecord, draw: Draw): void {
    const detector = this.#detector
    const verdict = detector.rate(asTelemetry(record))
    if (!this.#shares.admit(replica, verdict.detector === 'forest' && verdict.anomalous)) {
      // An attack that a balancer sends to one replica makes that one odd alone: it is not learnt, and has to be told of.
      if (this.#shares.isSuspect(replica))
        this.#desk.decide(verdict, record.expected ? 'expected' : 'never', draw)
      detector.dismiss()
      this.leftOut += 1
      return
    }
    this.#sense.see(replica, record)
    const { expected } = record
    const { alert } = this.#desk.decide(verdict, expected ? 'expected' : 'usual', draw)
    detector.learn(expected && alert !== null ? 'expected' : 'usual')
    this.learnt += 1
  }

  #alerts(record: SampledRecord): boolean {
    const verdict = this.#detector.tryOut(asTelemetry(record))
    const { alert } = this.#desk.tryOut(verdict)
    this.#detector.dismiss()
    return alert !== null
  }
}

/** A sample carries what was taken from the record, not the record. */
function carrying(telemetry: TelemetryModel): TelemetryModel {
  return {
    ...telemetry,
    // What is derived from several records was so where they were judged.
    features: telemetry.features.map(({ memory: _, ...feature }, place) => ({
      ...feature,
      extract: (record) => (record as unknown as SampledRecord).values[place] as number,
    })),
    timed: false,
    check: () => 'judge',
    routeOf: (record) => (record as unknown as SampledRecord).route,
    timestampOf: () => undefined,
  }
}

function asTelemetry(record: SampledRecord): TelemetryRecord {
  return record as unknown as TelemetryRecord
}

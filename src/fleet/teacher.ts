import { AlertDesk } from '../alerts/alert-desk.js'
import { ALERT_DEFAULTS } from '../alerts/alert-options.js'
import { IncidentLog } from '../alerts/incident-log.js'
import { Detector } from '../detector/detector.js'
import { resolveDetectorOptions } from '../detector/options.js'
import type { CapturedModel } from '../sentinel-following.js'
import type { TelemetryModel } from '../telemetry/model.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import { TimeIds } from '../text/time-id.js'
import type { LearningOptions } from './fleet-options.js'
import { GoodSense } from './good-sense.js'
import { ReplicaShares } from './replica-shares.js'
import { SampleClock } from './sample-clock.js'
import type { SampleBatch, SampledRecord } from './sample-codec.js'

/** Records that are learnt from before whatever else waits has its turn. */
const RECORDS_A_TURN = 50
/** A fit that takes this many times as long as the one before hangs, unless it takes no longer than that many ms. */
const FIT_TIMES = 5
const LEAST_HANG_MS = 3_500
const FIRST_FIT_MS = 10_000
/** Where a label decides who is told, this share of the records may be odd when nothing else is said. */
const ODD_SHARE = 0.1

/** Learns from the samples of a fleet, as a sentinel does from its own records. */
export class Teacher {
  readonly #detector: Detector
  readonly #desk: AlertDesk
  readonly #clock: SampleClock
  readonly #sense: GoodSense
  readonly #shares: ReplicaShares
  /** What goes on over the whole fleet. */
  readonly incidents: IncidentLog
  /** Records that were learnt from. */
  learnt = 0
  /** Records that were left out, as their replica had its say or is not trusted. */
  leftOut = 0
  #lastFitMs = 0

  private constructor(options: LearningOptions, detector: Detector) {
    const { alerts, sentence, log } = options
    const { policies, routesMax, historyMax, minConfidence, contamination } = resolveDetectorOptions({
      ...options.detector,
      telemetry: options.telemetry,
    })
    this.#clock = new SampleClock()
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
   * @param model to go on from
   * @param incidents that are known, as they were captured
   * @param onIncidents is handed their log before anything happens to one of them
   * @throws StateError when the model does not fit
   */
  static async create(
    options: LearningOptions,
    model: CapturedModel,
    incidents: readonly unknown[],
    onIncidents: (log: IncidentLog) => void,
  ): Promise<Teacher> {
    let teacher: Teacher | null = null
    const detector = await Detector.create({
      ...options.detector,
      telemetry: carrying(options.telemetry),
      onFit: ({ outcome, durationMs, error }) => {
        if (outcome === 'ok') teacher?.fitted(durationMs)
        else options.log.error({ err: error }, 'fit of the fleet failed')
      },
      onTrainerFault: ({ error, kind }) =>
        options.log.warn({ err: error, kind }, 'trainer thread of the fleet failed'),
    })
    teacher = new Teacher(options, detector)
    teacher.incidents.restore(incidents)
    onIncidents(teacher.incidents)
    try {
      detector.restore(model.detector)
      teacher.#desk.restore(model.alarm)
      teacher.#desk.resume()
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
    const most = last === 0 ? FIRST_FIT_MS : Math.max(LEAST_HANG_MS, FIT_TIMES * last)
    return this.#detector.fittingMs > most
  }

  /** Replicas that were heard of lately, and those of them that nothing is learnt from. */
  get replicas(): { readonly known: number; readonly suspect: number } {
    return { known: this.#shares.size, suspect: this.#shares.suspects }
  }

  /** Learns from a batch that has come now. */
  async feed({ replica, spanMs, records }: SampleBatch, turn: () => Promise<void>): Promise<void> {
    for (const [i, record] of records.entries()) {
      this.#clock.seeRecord(Math.max(0, spanMs - record.atMs))
      this.#learn(replica, record)
      if (i % RECORDS_A_TURN === RECORDS_A_TURN - 1) await turn()
    }
  }

  /** Lets time pass without records: incidents end after a calm minute. */
  pass(): void {
    this.#clock.pass()
    this.#desk.tick()
  }

  /** All that judging depends on, and learning on from here. */
  capture(): CapturedModel {
    return { detector: this.#detector.capture(), alarm: this.#desk.capture() }
  }

  /** Whether what it has learnt is fit to be judged by. */
  isSound(turn: () => Promise<void>): Promise<boolean> {
    return this.#sense.accepts((record) => this.#alerts(record), turn)
  }

  /** @internal */
  fitted(durationMs: number): void {
    this.#lastFitMs = durationMs
    this.#desk.adopt()
  }

  close(): Promise<void> {
    return this.#detector.close()
  }

  #learn(replica: string, record: SampledRecord): void {
    const detector = this.#detector
    const verdict = detector.rate(asTelemetry(record))
    if (!this.#shares.admit(replica, verdict.detector === 'forest' && verdict.anomalous)) {
      detector.dismiss()
      this.leftOut += 1
      return
    }
    this.#sense.see(record)
    this.#desk.decide(verdict, 'usual')
    detector.learn('usual')
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

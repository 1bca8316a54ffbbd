import type { Detector } from '../detector/detector.js'
import type { Verdict } from '../detector/verdict.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import type { RecordObserver } from './following.js'
import type { Judgement, JudgeOptions, SentinelListener, Trial } from './options.js'
import type { SentinelParts } from './parts.js'

/** Judges records by what a detector and the parts around it have learnt, and has them learn from each. */
export class Judging {
  /** Sees every record that was judged and may be learnt from. */
  observer: RecordObserver | null = null
  readonly #detector: Detector
  readonly #parts: SentinelParts
  readonly #listeners: readonly SentinelListener[]

  /** @param listeners the sentinel's own list: whoever is added later hears, too */
  constructor(detector: Detector, parts: SentinelParts, listeners: readonly SentinelListener[]) {
    this.#detector = detector
    this.#parts = parts
    this.#listeners = listeners
  }

  /** Whether a record is judged: it is one, and has what it would be judged by. */
  accepts(record: TelemetryRecord): boolean {
    try {
      return this.#detector.telemetry.check(record) !== 'skip'
    } catch {
      return false
    }
  }

  /** Learns from a record that somebody else judges. */
  learnOnly(record: TelemetryRecord): void {
    if (this.#takes(record)) this.#detector.analyze(record)
  }

  /**
   * Judges a record, or says that it lacks what it would be judged by.
   * @throws RecordError for what is no record
   */
  judge(record: TelemetryRecord, options?: JudgeOptions): Judgement {
    return this.#takes(record) ? this.judgeTaken(record, options) : this.#skipped()
  }

  /** Judges a record that the telemetry takes. */
  judgeTaken(record: TelemetryRecord, options?: JudgeOptions): Judgement {
    const { clocks } = this.#parts
    clocks.records?.see(this.#detector.telemetry.timestampOf(record))
    const { judging } = clocks
    try {
      if (options?.atMs === undefined || clocks.records !== null) judging.hold()
      else options = { ...options, atMs: judging.holdAt(options.atMs) }
      return this.#judge(record, options)
    } finally {
      judging.release()
    }
  }

  /**
   * What would be said of a record that came now, by itself. Nothing is learnt, counted, kept or logged.
   * @throws RecordError for what is no record
   */
  tryOut(record: TelemetryRecord): Trial {
    const detector = this.#detector
    const { desk, reporter } = this.#parts
    if (detector.telemetry.check(record) === 'skip')
      return {
        verdict: detector.unjudged(),
        p: null,
        action: null,
        reason: null,
        confidence: 0,
        feature: null,
      }
    const rated = detector.tryOut(record, { detail: true })
    const { p, alert } = desk.tryOut(rated)
    const verdict = alert === null ? rated : this.#told(rated)
    detector.dismiss()
    const { action = null, feature = null } = alert ?? {}
    const reason = alert === null ? null : reporter.reasonFor(verdict, record)
    return { verdict, p, action, reason, confidence: p === null ? verdict.confidence : 1 - p, feature }
  }

  #judge(record: TelemetryRecord, options?: JudgeOptions): Judgement {
    const detector = this.#detector
    const { desk, activity, clocks, reporter, answered, operator } = this.#parts
    const { rulings } = operator
    const { observer } = this
    const nowMs = clocks.judging.shownMs
    const rated = detector.rate(record, options)
    const threat = rulings.keepsOut()
    const expected = rulings.mayExpect && rulings.expects(this.#told(rated))
    const treatment = threat ? 'never' : expected ? 'expected' : 'usual'
    const decision = desk.decide(rated, treatment)
    const { p, alert } = decision
    const verdict = alert === null ? rated : this.#told(rated)
    const muted = alert !== null && rulings.mutes(verdict)
    if (detector.rated !== null)
      activity.see(nowMs, detector.rated, rated, p, muted ? null : alert, desk.rate)
    if (observer !== null && !threat && detector.rated !== null)
      observer.judged(detector.telemetry.routeOf(record), detector.rated, decision, expected)
    detector.learn(rulings.treatmentOf(alert === null ? 'none' : muted ? 'muted' : 'alerted'))
    const anomaly =
      alert === null || muted ? null : reporter.report(verdict, alert, record, options?.traceparent)
    // The share is to be compared with the alert rate, which says nothing of the records of an incident.
    answered.push(anomaly !== null && anomaly.incident === null)
    const judgement = { verdict, p, anomaly }
    // Not by an iterator, which is an object for each record.
    const listeners = this.#listeners
    for (let i = 0; i < listeners.length; i++) listeners[i]?.recordJudged?.(judgement)
    return judgement
  }

  /** A record that somebody is told of is an anomaly, odd or not, and every feature has its say. */
  #told(verdict: Verdict): Verdict {
    const { anomalous, contributions } = verdict
    if (anomalous && contributions.length > 0) return verdict
    return { ...verdict, anomalous: true, contributions: this.#detector.contributions() }
  }

  /** Whether a record is judged. By itself, for `judge` is as long as may be compiled in one piece. @throws RecordError */
  #takes(record: TelemetryRecord): boolean {
    if (this.#detector.telemetry.check(record) === 'skip') return false
    this.#parts.ignored.see(record)
    return true
  }

  /** What is said of a record that lacks what it would be judged by. */
  #skipped(): Judgement {
    for (const listener of this.#listeners) listener.recordSkipped?.()
    return { verdict: this.#detector.unjudged(), p: null, anomaly: null }
  }
}

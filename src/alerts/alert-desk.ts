import type { Detector, Treatment } from '../detector/detector.js'
import type { Verdict } from '../detector/verdict.js'
import { StateError } from '../state/section.js'
import type { Steps } from '../state/steps.js'
import type { FeaturePolicies } from '../telemetry/feature-policy.js'
import { Alarm, type Alarmed, type AlarmState, type Alert, type RatedRecord } from './alarm.js'
import type { AlertOptions } from './alert-options.js'
import { OBSERVED_FIRST } from './evidence/recommendation.js'
import type { KnownHabit } from './habits/known-habit.js'
import type { IncidentFacts } from './incidents/incident-log.js'
import type { IncidentBook } from './incidents/incident-share.js'
import type { Band, Draw } from './judgement.js'
import type { AlertMemories } from './operator/alert-memories.js'
import { RatedRecords } from './rated-records.js'

/** What is said of a record that the forest's label or a limit alone decides on. */
const BY_LABEL: Alert = { action: 'freeze', p: null, incident: null, feature: null }

/** Time in ms that goes on evenly, by which incidents and rhythms are measured. */
export interface EvenClock {
  readonly nowMs: number
  /** What an earlier process saw is past. */
  continueAfter?(ms: number): void
}

/** Up to this p a record belongs to an open incident of its route, or of all traffic, that others gather. */
const COLLECTED_P = 0.05
const COLLECTED_OF_ALL_P = 0.01

export interface AlertDeskParts {
  readonly detector: Detector
  readonly incidents: IncidentBook
  readonly options: Required<AlertOptions>
  readonly policies: FeaturePolicies
  readonly routesMax: number
  /** Records that an announced change is expected for. */
  readonly changeRecords: number
  /** An alert needs at least this confidence, [0, 1]. */
  readonly minConfidence: number
  /** Says what an incident is in a sentence. */
  readonly sentence: (facts: Omit<IncidentFacts, 'summary'>) => string
  readonly clock: EvenClock
  /** What people are shown, ms since 1970. */
  readonly wallClock: () => number
  /** Told when what was learnt of alerts is lost, because what was taken over from a state is of no use. */
  readonly onStateLost?: (error: Error) => void
}

/** What was decided of a record. The same object each time, valid until the next record. */
export interface Decision {
  /** Null while nobody knows, and where the forest's labels decide alone. */
  readonly p: number | null
  /** Null for a record that nobody is told of. */
  readonly alert: Alert | null
}

/**
 * Decides whether somebody is told of the record that the detector rated last: by the calibrated alarm, or by the
 * forest's label; by the static limits while there is no forest, beside p while that is young, and of a route that is
 * not known yet; and by the limits that an operator set, whoever decides.
 */
export class AlertDesk implements AlertMemories {
  readonly #parts: AlertDeskParts
  /** What the value of each feature must never exceed. */
  readonly #limits: Float64Array
  readonly #whileYoung: Alert
  /** No number from the first: V8 keeps it as an object then, and makes no other for each record that asks for it. */
  readonly #rate: number
  readonly #decision: { p: number | null; alert: Alert | null } = { p: null, alert: null }
  readonly #records: RatedRecords
  #alarm: Alarm | null
  /** What was in use before the alarm that is followed: the next one takes its memory over. */
  #former: Alarm | null = null
  /** Whether what was taken over from a state is in use: then what fails is that state's fault. */
  #restored = false
  /** While it is true records are judged by what is there, and nothing changes that. */
  #frozen = false

  constructor(parts: AlertDeskParts) {
    this.#parts = parts
    const { detector, policies, options } = parts
    this.#rate = options.rate
    this.#records = new RatedRecords(detector)
    this.#limits = Float64Array.from(detector.features, ({ name }) => policies[name]?.limit ?? Infinity)
    this.#whileYoung = { ...BY_LABEL, action: options.actions === 'freeze' ? 'freeze' : 'observe' }
    this.#alarm = this.#newAlarm()
  }

  /** Share of ordinary records that may be alerted; null where the forest's labels decide. */
  get rate(): number | null {
    return this.#alarm === null ? null : this.#rate
  }

  /**
   * @param verdict of the record that the detector rated last, and has not learnt from yet
   * @param treatment what an operator's words make of it
   * @param draw how it was drawn, where records are a sample of more
   */
  decide(verdict: Verdict, treatment: Treatment, draw: Draw | null = null): Decision {
    const record = this.#records.last(verdict, treatment, draw)
    return this.#frozen ? this.#decideFrozen(verdict, record) : this.#decideBy(verdict, this.#raise(record))
  }

  /** What would be decided of a record that came by itself. Nothing is learnt from it. */
  tryOut(verdict: Verdict): Decision {
    const alarm = this.#alarm
    return this.#decideBy(
      verdict,
      alarm === null
        ? null
        : alarm.tryOut(this.#records.last(verdict, 'never', null), this.#parts.clock.nowMs),
    )
  }

  /** Evidence is gathered elsewhere: what it has come to are the open incidents. */
  #decideFrozen(verdict: Verdict, record: RatedRecord): Decision {
    const decision = this.#decideBy(
      verdict,
      this.#ask((alarm) => alarm.tryOut(record, this.#parts.clock.nowMs)),
    )
    const { incidents, minConfidence } = this.#parts
    const { p, alert } = decision
    if (incidents.openCount === 0 || p === null || 1 - p < minConfidence) return decision
    const incident = incidents.openOn(record.route)
    if (incident === null || p > (incident.route === null ? COLLECTED_OF_ALL_P : COLLECTED_P)) return decision
    const action = alert?.action === 'freeze' ? 'freeze' : incident.action
    const feature = alert?.feature ?? incident.feature
    this.#decision.alert = { action, p, incident: incident.id, feature }
    return decision
  }

  #decideBy(verdict: Verdict, alarmed: Alarmed | null): Decision {
    const decision = this.#decision
    const byForest = verdict.detector === 'forest'
    decision.p = null
    decision.alert = verdict.anomalous ? BY_LABEL : null
    if (alarmed !== null && byForest) {
      const { p, known, alert } = alarmed
      decision.p = p
      decision.alert = 1 - p >= this.#parts.minConfidence ? alert : null
      if (decision.alert === null && verdict.anomalous && this.#isFar(known))
        // A p of 1 says that nobody knows.
        decision.alert = { ...this.#whileYoung, p: known && p < 1 ? p : null }
    }
    if (decision.alert === null && this.#isBeyondLimit()) decision.alert = { ...BY_LABEL, p: decision.p }
    return decision
  }

  /** A new forest is in use. */
  adopt(): void {
    if (this.#frozen) return
    this.#alarm?.adopt(this.#parts.detector.fittedScores)
  }

  /** Lets time pass without a record: incidents end after a calm minute. */
  tick(): void {
    if (this.#frozen) return
    this.#ask((alarm) => alarm.tick(this.#parts.clock.nowMs))
  }

  /** Takes what the alarm learnt of a band of values out, of a route or, for null, of all. */
  forget(route: string | null, band: Band): void {
    if (this.#frozen) return
    this.#alarm?.forget(route, band)
  }

  habits(): KnownHabit[] {
    return this.#ask((alarm) => alarm.habits()) ?? []
  }

  endHabit(id: string): boolean {
    return this.#ask((alarm) => alarm.endHabit(id)) ?? false
  }

  /** Forgets what the alarm learnt of a route, or of all: then what is open ends. */
  reset(route: string | null): void {
    if (route === null) {
      this.#alarm = this.#newAlarm()
      this.#restored = false
      this.#frozen = false
      this.resume()
    } else this.#alarm?.reset(route)
  }

  /** A change for good is expected, of a route or, for null, of any. */
  expectChange(route: string | null): void {
    this.#alarm?.expectChange(route, this.#parts.changeRecords)
  }

  capture(): AlarmState | null {
    return this.#ask((alarm) => alarm.capture()) ?? null
  }

  /** @throws StateError when the state does not fit; then the alarm begins afresh */
  restore(state: AlarmState | null): void {
    if (state === null || this.#alarm === null) return
    try {
      this.#alarm.restore(state)
      this.#parts.clock.continueAfter?.(this.#alarm.lastMs)
      this.#restored = true
    } catch (error) {
      this.#alarm = this.#newAlarm()
      throw error
    }
  }

  /**
   * An alarm that was captured elsewhere, restored in steps, to be handed to `follow` later on.
   * @throws StateError when the state does not fit
   */
  *restoring(state: AlarmState | null): Steps<Alarm | null> {
    const alarm = this.#newAlarm()
    if (state === null || alarm === null) return null
    const former = this.#former
    this.#former = null
    yield* alarm.restoring(state, former)
    return alarm
  }

  /** Judges from now on by an alarm that others taught, and learns nothing until `thaw`. */
  follow(alarm: Alarm | null): void {
    const { incidents, wallClock } = this.#parts
    const began = !this.#frozen
    this.#former = this.#alarm
    this.#alarm = alarm
    this.#restored = true
    this.#frozen = true
    if (!began) return
    for (const { id } of incidents.list({ open: true }))
      if (!incidents.isMirrored(id)) incidents.close(id, {}, wallClock())
  }

  /** Learns again, from what is there. */
  thaw(): void {
    this.#frozen = false
    this.#former = null
    this.resume()
    if (this.#alarm !== null) this.#parts.clock.continueAfter?.(this.#alarm.lastMs)
  }

  /** To be called after a restore: mends what a state of other settings, or of before there were alerts, leaves open. */
  resume(): void {
    this.goOn()
    this.endForlorn()
  }

  /** The same, and leaves open what may find its evidence again. */
  goOn(): void {
    if (this.#alarm?.adopted === false && this.#parts.detector.trained) this.adopt()
  }

  /** Closes what is open, and has no evidence here. */
  endForlorn(): void {
    const { incidents, wallClock } = this.#parts
    const alarm = this.#alarm
    for (const { id } of incidents.list({ open: true })) {
      if (alarm?.follows(id) !== true) incidents.close(id, {}, wallClock())
    }
  }

  #newAlarm(): Alarm | null {
    const { detector, incidents, options, policies, routesMax, sentence, wallClock } = this.#parts
    // A given forest brings no records to tell what is rare by.
    if (options.mode === 'contamination' || detector.given) return null
    const { rate, falseIncidentsADay, actions } = options
    const { features } = detector
    return new Alarm(
      { features, policies, routesMax, rate, falseIncidentsADay, actions, sentence, wallClock },
      incidents,
    )
  }

  #raise(record: RatedRecord): Alarmed | null {
    if (this.#alarm === null) return null
    const { nowMs } = this.#parts.clock
    return this.#restored ? this.#raiseRestored(record, nowMs) : this.#alarm.judge(record, nowMs)
  }

  /** The same by what was taken over. Apart, as what a question remembers is made wherever one may be asked. */
  #raiseRestored(record: RatedRecord, nowMs: number): Alarmed | null {
    return this.#ask((alarm) => {
      const alarmed = alarm.judge(record, nowMs)
      if (alarmed.p >= 0 && alarmed.p <= 1) return alarmed
      throw new StateError(`by its alerts, the p of a record is ${alarmed.p}`)
    })
  }

  /** Asks the alarm, and once more a fresh one where a state that was taken over has made it fail. */
  #ask<T>(question: (alarm: Alarm) => T): T | null {
    if (this.#alarm === null) return null
    try {
      return question(this.#alarm)
    } catch (error) {
      if (!this.#restored) throw error
      this.#restored = false
      this.reset(null)
      this.#parts.onStateLost?.(error as Error)
      return question(this.#alarm)
    }
  }

  /** Beyond a static limit, while p may not tell yet: of all traffic, or of the route. */
  #isFar(known: boolean): boolean {
    const { detector } = this.#parts
    return (detector.records <= OBSERVED_FIRST || !known) && detector.exceedsLimit
  }

  #isBeyondLimit(): boolean {
    const values = this.#parts.detector.rated?.values
    if (values === undefined) return false
    for (let f = 0; f < this.#limits.length; f++)
      if ((values[f] as number) > (this.#limits[f] as number)) return true
    return false
  }
}

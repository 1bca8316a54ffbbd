import type { Detector, Forgotten } from '../../detector/detector.js'
import { routeName } from '../../telemetry/route-name.js'
import type { ListedHabit } from '../habits/habit-schema.js'
import { leadOf, leadOfIncident } from '../lead.js'
import { type AlertMemories, NO_MEMORIES } from './alert-memories.js'
import { Feedback, type FeedbackSubject } from './feedback.js'
import type { FeedbackAnswer, FeedbackNote, FeedbackRequest } from './feedback-note.js'
import { wordOf } from './feedback-word.js'
import { Hearing } from './hearing.js'
import { LearningPause } from './learning-pause.js'
import type { LearningReport } from './learning-report.js'
import { Mutes } from './mutes.js'
import { NeverLearntList } from './never-learnt.js'
import { OperatorError } from './operator-error.js'
import type { AnomalyNotes, IncidentNotes, OperatorLog, OperatorParts } from './operator-parts.js'
import type { OperatorState } from './operator-state.js'
import type { OperatorWord } from './operator-word.js'
import type { Mute, NeverLearnt } from './pattern-schemas.js'
import { RecentRecords } from './recent-records.js'
import { RecordRulings } from './record-rulings.js'
import { SpokenTime } from './spoken-time.js'

/**
 * What the people who run the service say to it: what is expected, what is a threat, when to learn and when not. Each
 * word leaves a line in the log. All of it holds by time that passes, so it is no part of what the same records repeat;
 * setting the clock of the machine neither ends a word nor prolongs it.
 */
export class Operator {
  /** What the words make of each record. @internal */
  readonly rulings: RecordRulings
  readonly #detector: Detector
  readonly #anomalies: AnomalyNotes
  readonly #incidents: IncidentNotes
  readonly #log: OperatorLog
  readonly #clock: () => number
  readonly #spoken: SpokenTime
  readonly #mutes = new Mutes()
  readonly #neverLearnt: NeverLearntList
  readonly #feedback: Feedback
  readonly #pause: LearningPause
  readonly #memories: AlertMemories
  readonly #hearing: Hearing
  /** Hands words on to other replicas; null for a sentinel by itself. */
  #spread: ((word: OperatorWord) => void) | null = null
  #words = 0

  /** Made by the sentinel. @internal */
  constructor(parts: OperatorParts) {
    const { detector, anomalies, incidents, memories = NO_MEMORIES, log, clock = Date.now, wallClock } = parts
    this.#detector = detector
    this.#anomalies = anomalies
    this.#incidents = incidents
    this.#memories = memories
    this.#log = log
    this.#clock = clock
    this.#spoken = new SpokenTime(clock, wallClock ?? clock)
    this.#pause = new LearningPause(detector, clock, () =>
      this.#say({}, 'the pause is over: learning goes on'),
    )
    const features = detector.features.map(({ name }) => name)
    this.#neverLearnt = new NeverLearntList(features)
    const recent = new RecentRecords(features.length)
    const mutes = this.#mutes
    const neverLearnt = this.#neverLearnt
    const pause = this.#pause
    // No spread: V8 gives each object that begins with one a shape of its own, and what every record reads of many
    // sentinels is then looked up by name.
    this.rulings = new RecordRulings({ detector, mutes, neverLearnt, recent, pause, clock })
    const patterns = { mutes, neverLearnt, recent }
    this.#feedback = new Feedback({
      ...patterns,
      forget: detector.given ? null : (matches) => (detector.frozen ? null : detector.forget(matches)),
      forgetAlerts: (route, band) => memories.forget(route, band),
      keepsRoutes: detector.keepsRoutes,
    })
    this.#hearing = new Hearing({
      ...patterns,
      pause,
      clock,
      shown: (evenMs) => this.#spoken.ms(evenMs),
      note: (incident, feedback) => this.#incidents.note(incident, feedback),
    })
  }

  /** Changes with everything that is to be kept. @internal */
  get revision(): string {
    return `${this.#words} ${this.#mutes.revision} ${this.#neverLearnt.revision}`
  }

  /** Has every word from now on told to the others of a fleet. @internal */
  spread(to: (word: OperatorWord) => void): void {
    this.#spread = to
    this.#mutes.namedBySource = true
    this.#neverLearnt.namedBySource = true
  }

  /**
   * Takes over what was said to one of the fleet, which may have been this one.
   * @param ageMs how long ago
   * @param elsewhere whether it was said to another one, and is news here
   * @internal
   */
  hear(word: OperatorWord, ageMs: number, elsewhere: boolean): void {
    const changed = this.#hearing.hear(word, ageMs)
    if (elsewhere && changed) this.#say({ said: word.said }, 'operator: heard from another replica')
  }

  /** Whether an operator has stopped learning, and the pause is not over. @internal */
  get pausesLearning(): boolean {
    this.#pause.lapse()
    return this.#pause.untilMs !== null
  }

  /**
   * Takes an operator's word on an anomaly.
   * @throws OperatorError
   */
  onAnomaly(id: string, request: FeedbackRequest): FeedbackAnswer {
    const anomaly = this.#anomalies.get(id)
    if (anomaly === undefined)
      throw new OperatorError('unknown', 'no anomaly has this id; GET /anomalies lists those that are kept')
    const subject = { id, route: routeName(anomaly.route ?? ''), lead: leadOf(anomaly.detail) }
    return this.#take(subject, request, null, (feedback) => this.#anomalies.note(id, feedback))
  }

  /**
   * Takes an operator's word on an incident, and so on its example anomalies.
   * @throws OperatorError
   */
  onIncident(id: string, request: FeedbackRequest): FeedbackAnswer {
    const incident = this.#incidents.get(id)
    if (incident === undefined)
      throw new OperatorError('unknown', 'no incident has this id; GET /incidents lists those that are kept')
    const route = incident.route === null ? null : routeName(incident.route)
    const subject = { id, route, lead: leadOfIncident(incident) }
    return this.#take(subject, request, id, (feedback) => {
      this.#incidents.note(id, feedback)
      for (const anomaly of incident.anomalies) this.#anomalies.note(anomaly, feedback)
    })
  }

  /** The mutes in force, oldest first. */
  listMutes(): Mute[] {
    return this.#mutes.at(this.#clock()).map((mute) => this.#spoken.pattern(mute))
  }

  /** The patterns of threats in force, oldest first. */
  listNeverLearnt(): NeverLearnt[] {
    return this.#neverLearnt.at(this.#clock()).map((pattern) => this.#spoken.pattern(pattern))
  }

  /** What comes back by the hour, the day or the week, and is not told of any more: of each route in turn. */
  listHabits(): ListedHabit[] {
    return this.#memories.habits().map(({ lastMs, ...habit }) => ({
      ...habit,
      last: new Date(lastMs).toISOString(),
    }))
  }

  /**
   * Ends a mute, a pattern of threats or a habit.
   * @throws OperatorError when there is none of that id
   */
  end(id: string): void {
    if (this.#endHabit(id)) return
    const nowMs = this.#clock()
    this.#mutes.at(nowMs)
    this.#neverLearnt.at(nowMs)
    const ended =
      this.#mutes.remove((one) => one.id === id) ?? this.#neverLearnt.remove((one) => one.id === id)
    if (ended === undefined)
      throw new OperatorError('unknown', 'nothing in force has this id; GET /mutes lists what is')
    const { route, feature, direction, until, source } = this.#spoken.pattern(ended)
    this.#spread?.({ said: 'taken back', source })
    this.#say({ id, route, feature, direction, until }, 'operator: taken back')
  }

  /**
   * Stops learning for a time; it goes on by itself. Said again, it counts anew from then.
   * @throws LearningError beside a given forest
   */
  pause(minutes: number): LearningReport {
    this.#pause.begin(minutes)
    this.#spread?.({ said: 'paused', forMs: minutes * 60_000 })
    this.#say({ minutes, until: this.#pausedUntil }, 'operator: learning is paused')
    return this.learning()
  }

  /**
   * Ends a pause before its time; without one it changes nothing.
   * @throws LearningError beside a given forest
   */
  resume(): LearningReport {
    const wasPaused = this.#pause.end()
    this.#spread?.({ said: 'resumed' })
    this.#say({ wasPaused }, 'operator: learning goes on')
    return this.learning()
  }

  /** Whether it learns now, and how much it knows. */
  learning(): LearningReport {
    this.#pause.lapse()
    const { historySize, samplesNeeded } = this.#detector
    return {
      paused: this.#pause.untilMs !== null,
      paused_until: this.#pausedUntil,
      samples: historySize,
      samples_needed: samplesNeeded,
      mutes: this.listMutes().length,
      never_learnt: this.listNeverLearnt().length,
    }
  }

  /**
   * Forgets what was learnt of a route, or everything; what an operator said stays.
   * @param route as records carry it
   * @returns what is gone; null when it was everything, or is to be forgotten where it was learnt
   * @throws LearningError beside a given forest, or when the baseline keeps no routes
   */
  reset(route?: string): Forgotten | null {
    const name = route === undefined ? undefined : routeName(route)
    const samples = this.#detector.historySize
    let forgotten: Forgotten | null = null
    if (!this.#learnsElsewhere) {
      forgotten = this.#detector.reset(name)
      this.#memories.reset(name ?? null)
    } else if (name !== undefined) this.#detector.checkRoutes('reset')
    this.#spread?.({ said: 'reset', route: name ?? null })
    this.#say(
      { route: name ?? null, forgotten: forgotten ?? { baseline: samples } },
      'operator: learning is reset',
    )
    return forgotten
  }

  /**
   * Takes a shift of the values for lasting on a fifth of the evidence, see `Detector.changed`.
   * @throws LearningError beside a given forest, or in the plain window
   */
  changed(route?: string): void {
    const name = route === undefined ? undefined : routeName(route)
    if (this.#learnsElsewhere) this.#detector.checkRoutes('changed')
    else {
      this.#detector.changed(name)
      this.#memories.expectChange(name ?? null)
    }
    this.#spread?.({ said: 'changed', route: name ?? null })
    this.#say({ route: name ?? null }, 'operator: a change is expected')
  }

  /** What is to be kept. @internal */
  capture(): OperatorState {
    const { untilMs } = this.#pause
    return {
      at: this.#spoken.nowMs,
      pausedUntil: untilMs === null ? null : this.#spoken.ms(untilMs),
      mutes: this.#spoken.patterns(this.#mutes.capture()),
      neverLearnt: this.#spoken.patterns(this.#neverLearnt.capture()),
    }
  }

  /** Takes over what was captured. What cannot be read is left out: an alert too many is better than none. @internal */
  restore(state: Partial<OperatorState> | null): void {
    const { mutes, neverLearnt, pausedUntil } = this.#spoken.heard(state ?? {})
    const leftOut = this.#mutes.restore(mutes) + this.#neverLearnt.restore(neverLearnt)
    if (leftOut > 0) this.#log.warn({ leftOut }, 'some words of operators cannot be read and were left out')
    this.#pause.restore(pausedUntil)
  }

  /** When learning goes on by itself, as people are told. */
  get #pausedUntil(): string | null {
    const { untilMs } = this.#pause
    return untilMs === null ? null : new Date(this.#spoken.ms(untilMs)).toISOString()
  }

  /** Whether what is said of learning is for others to do. */
  get #learnsElsewhere(): boolean {
    return this.#spread !== null && this.#detector.frozen
  }

  /** A habit is learnt by the leader of a fleet, and ends where that hears of it. */
  #endHabit(id: string): boolean {
    const habit = this.#memories.habits().find((one) => one.id === id)
    if (habit === undefined) return false
    if (!this.#learnsElsewhere) this.#memories.endHabit(id)
    this.#spread?.({ said: 'taken back', source: id })
    const { route, kind, feature, every } = habit
    this.#say({ id, route, kind, feature, every }, 'operator: a habit is told of again')
    return true
  }

  /** @param incident id of the incident that it is about; null for an anomaly */
  #take(
    subject: FeedbackSubject,
    request: FeedbackRequest,
    incident: string | null,
    note: (feedback: FeedbackNote) => void,
  ): FeedbackAnswer {
    const nowMs = this.#clock()
    const given = this.#feedback.give(subject, request, nowMs)
    if (this.#spread !== null) this.#spread(wordOf(given, subject.id, incident, nowMs))
    const answer = this.#spoken.answer(given)
    note(answer.feedback)
    const { mute, never_learnt, forgotten, reach } = answer
    const { route, lead } = subject
    const { feature = null, direction = null } = lead ?? {}
    const until = (mute ?? never_learnt)?.until ?? null
    const idName = incident === null ? 'anomalyId' : 'incidentId'
    this.#say(
      { [idName]: subject.id, route, feature, direction, limit: mute?.limit, until, forgotten, reach },
      `operator: ${request.verdict}`,
    )
    return answer
  }

  #say(fields: object, message: string): void {
    this.#words += 1
    this.#log.info(fields, message)
  }
}

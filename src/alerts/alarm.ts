import { StateError, type StateValue } from '../state/section.js'
import { finish, type Steps } from '../state/steps.js'
import type { FeaturePolicies } from '../telemetry/feature-policy.js'
import type { Feature } from '../telemetry/features.js'
import { Alerts } from './alerts.js'
import { AlertsStateError, type Captured } from './captured.js'
import type { Incident as Gathered } from './evidence/gathered-incident.js'
import type { KnownHabit } from './habits/known-habit.js'
import type { Action, Incident } from './incidents/incident.js'
import type { IncidentFacts } from './incidents/incident-log.js'
import type { IncidentBook } from './incidents/incident-share.js'
import type { Band, Draw, Judgement } from './judgement.js'

/** Who is told, and how often that may be wrong. */
export interface AlarmOptions {
  readonly features: readonly Feature[]
  /** Which side of a feature counts, and what it must never exceed. */
  readonly policies: FeaturePolicies
  /** Share of ordinary records that may be alerted, (0, 0.1]. */
  readonly rate: number
  /** False incidents a day that are bearable. */
  readonly falseIncidentsADay: number
  /** `graded` by evidence, or `freeze` always. */
  readonly actions: 'graded' | 'freeze'
  readonly routesMax: number
  /** Says what happened in a sentence. */
  readonly sentence: (facts: Omit<IncidentFacts, 'summary'>) => string
  /** The time that people are shown, ms since 1970; default: that by which records are judged. */
  readonly wallClock?: () => number
}

/** A record as the detector rated it. */
export interface RatedRecord {
  readonly route: string
  /** NaN while there is no forest. */
  readonly score: number
  readonly values: ArrayLike<number>
  /** Whether it may be learnt from; default true. */
  readonly learns?: boolean
  /** Whether the forest knows the route; default true. */
  readonly known?: boolean
  /** Whether an operator expects records like it; default false. */
  readonly expected?: boolean
  /** How it was drawn, where records are a sample; null, or left out, where every record comes by. */
  readonly draw?: Draw | null
}

/** A record that somebody is to hear of. */
export interface Alert {
  readonly action: Action
  /** Chance that an ordinary record of its route is as rare; null where nobody knows. */
  readonly p: number | null
  /** Id of the open incident that it belongs to. */
  readonly incident: string | null
  /** Name of the feature that is rarest in it; null where the features have no say. */
  readonly feature: string | null
}

/** What the alarm says of every record. The same object each time, valid until the next record. */
export interface Alarmed {
  readonly p: number
  /** Whether anything is known of the route; else static limits are all there is. */
  readonly known: boolean
  /** Null for a record that nobody is to hear of. */
  readonly alert: Alert | null
}

/** A captured alarm. */
export interface AlarmState {
  readonly alerts: Captured
  /** Pairs of the number that the evidence gave an incident and the id that it is kept under. */
  readonly ids: readonly (readonly [number, string])[]
}

/** Decides by calibrated evidence who is told, and keeps the incident log in step with it. */
export class Alarm {
  readonly #options: AlarmOptions
  readonly #log: IncidentBook
  readonly #units: ReadonlyMap<string, string>
  readonly #alerts: Alerts
  /** The id in the log of each open incident. */
  readonly #ids = new Map<number, string>()
  readonly #alarmed: { p: number; known: boolean; alert: Alert | null } = { p: 1, known: true, alert: null }

  constructor(options: AlarmOptions, log: IncidentBook) {
    this.#options = options
    this.#log = log
    this.#units = new Map(options.features.map(({ name, unit }) => [name, unit]))
    const { features, policies, rate, falseIncidentsADay, actions, routesMax } = options
    this.#alerts = new Alerts({
      features: features.map(({ name }) => {
        const { direction = 'both', limit } = policies[name] ?? {}
        return limit === undefined ? { name, direction } : { name, direction, limit }
      }),
      rate,
      falseIncidentsADay,
      actions,
      routesMax,
      wallClock: options.wallClock,
    })
  }

  /** Whether it knows the scale of a forest's scores. */
  get adopted(): boolean {
    return this.#alerts.scaled
  }

  /** @param scores of the rows that the forest now in use was fitted on, ascending */
  adopt(scores: Float64Array): void {
    this.#alerts.adopt(scores)
  }

  /** When the last record came, ms; 0 before the first. */
  get lastMs(): number {
    return this.#alerts.lastMs
  }

  /** Whether an incident of the log is open by its evidence. */
  follows(id: string): boolean {
    return [...this.#ids.values()].includes(id)
  }

  /** @param nowMs when the record came, ms, by a clock that never goes back */
  judge(record: RatedRecord, nowMs: number): Alarmed {
    return this.#alarmedOf(this.#alerts.judge(record, nowMs), nowMs)
  }

  /** What would be said of a record that came by itself; nothing is learnt, and no incident hears of it. */
  tryOut(record: RatedRecord, nowMs: number): Alarmed {
    return this.#alarmedOf(this.#alerts.tryOut(record, nowMs), nowMs)
  }

  #alarmedOf({ p, known, alert, action, incident, feature, events }: Judgement, nowMs: number): Alarmed {
    if (events.length > 0) this.#followAll(events, nowMs)
    this.#alarmed.p = p
    this.#alarmed.known = known
    this.#alarmed.alert = null
    if (!alert) return this.#alarmed
    const id = incident === null ? undefined : this.#ids.get(incident.id)
    if (incident !== null && id !== undefined) {
      this.#update(id, incident, nowMs)
    }
    this.#alarmed.alert = {
      action: action ?? 'observe',
      p,
      incident: id ?? null,
      feature: this.#options.features[feature]?.name ?? null,
    }
    return this.#alarmed
  }

  /** Lets time pass without a record: incidents end after a calm minute. */
  tick(nowMs: number): void {
    this.#followAll(this.#alerts.tick(nowMs), nowMs)
  }

  /** Takes what was learnt of a band of values out, of a route or, for null, of all. */
  forget(route: string | null, band: Band): void {
    this.#alerts.forget(route, band)
  }

  /** What comes back by the hour, the day or the week, and was expected so far. */
  habits(): KnownHabit[] {
    return this.#alerts.habits.list()
  }

  /** What came back is told of again. False where no habit has the id. */
  endHabit(id: string): boolean {
    return this.#alerts.habits.end(id)
  }

  /** Forgets what was learnt of a route. */
  reset(route: string): void {
    this.#alerts.reset(route)
  }

  /** A change for good is expected within so many records, of a route or, for null, of any. */
  expectChange(route: string | null, records: number): void {
    this.#alerts.expectChange(route, records)
  }

  capture(): AlarmState {
    return { alerts: this.#alerts.capture(), ids: [...this.#ids] }
  }

  /** @throws StateError when it does not fit; then the alarm is of no use */
  restore(state: AlarmState): void {
    finish(this.restoring(state))
  }

  /**
   * The same in steps.
   * @param former is no longer in use, and of no use afterwards: what it had memory for is taken over
   */
  *restoring({ alerts, ids }: AlarmState, former: Alarm | null = null): Steps {
    try {
      yield* this.#alerts.restoring(alerts, former === null ? null : former.#alerts)
    } catch (error) {
      throw error instanceof AlertsStateError ? new StateError(`of its alerts, ${error.message}`) : error
    }
    for (const [number, id] of ids) this.#ids.set(number, id)
  }

  #followAll(events: Judgement['events'], nowMs: number): void {
    for (const { kind, incident } of events) this.#follow(kind, incident, nowMs)
  }

  #follow(kind: 'opened' | 'grown' | 'closed', gathered: Gathered, nowMs: number): void {
    if (kind === 'opened') {
      this.#ids.set(gathered.id, this.#inherited(gathered) ?? this.#opened(gathered, nowMs))
      return
    }
    const id = this.#ids.get(gathered.id)
    if (id === undefined) return
    if (kind === 'grown') {
      // Of others the record that it grew by has told.
      if (gathered.kind === 'newcomers') this.#update(id, gathered, nowMs)
      return
    }
    // Its records are counted there already; to name them again would say that one was seen now.
    this.#log.close(id, { summary: this.#options.sentence(this.#factsOf(gathered)) }, this.#shown(nowMs))
    this.#ids.delete(gathered.id)
  }

  #update(id: string, gathered: Gathered, nowMs: number): void {
    const summary = this.#options.sentence(this.#factsOf(gathered))
    this.#log.update(id, { ...changesOf(gathered), summary }, this.#shown(nowMs))
  }

  /** Id of an open incident of the same route that has lost its evidence, as whoever gathered it is gone: it goes on. */
  #inherited({ route, kind }: Gathered): string | null {
    const open = this.#log.openCount === 0 ? null : this.#log.openOn(route ?? '', kind === 'newcomers')
    return open !== null && open.route === (route || null) && !this.follows(open.id) ? open.id : null
  }

  #opened(gathered: Gathered, nowMs: number): string {
    const facts = this.#factsOf(gathered)
    return this.#log.open({ ...facts, summary: this.#options.sentence(facts) }, this.#shown(nowMs)).id
  }

  #shown(nowMs: number): number {
    return this.#options.wallClock?.() ?? nowMs
  }

  #factsOf(gathered: Gathered): Omit<IncidentFacts, 'summary'> {
    const { kind, route, feature, direction } = gathered
    return {
      kind,
      route,
      feature,
      unit: feature === null ? null : (this.#units.get(feature) ?? null),
      direction,
      ...changesOf(gathered),
    }
  }
}

/** What changes while an incident is open. */
function changesOf({
  kind,
  records,
  peak,
  action,
  feature,
  usual,
}: Gathered): Pick<Incident, 'records' | 'usual' | 'seen' | 'peak_score' | 'peak_p' | 'action'> {
  // No single record belongs to one of many new routes.
  const known = records > 0 && kind !== 'newcomers'
  return {
    records,
    usual: feature === null ? null : usual,
    seen: known && feature !== null ? peak.value : null,
    peak_score: known ? peak.score : null,
    peak_p: known ? peak.p : null,
    action,
  }
}

/** As plain data: the compiler takes no interface for that. */
export function alarmStateValue(state: AlarmState): StateValue {
  return state as unknown as StateValue
}

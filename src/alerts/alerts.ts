import { AlertsStateError, type Captured, listOf, memberOf, numbersOf } from './captured.js'
import { Detection } from './evidence/detection.js'
import { ExpectedChange } from './evidence/expected-change.js'
import type { Incident, KeptIncident } from './evidence/gathered-incident.js'
import { type IncidentEvent, Incidents } from './evidence/gathering.js'
import { type Action, gradeOf } from './evidence/grade.js'
import { TrafficPace } from './evidence/traffic-pace.js'
import type { Watch } from './evidence/watch.js'
import { type AlertsOptions, type AlertsSettings, namesOf, settingsOf } from './options.js'
import { Learning, RARE } from './rarity/learning.js'
import { Rarity } from './rarity/rarity.js'
import type { RouteMemory } from './rarity/route-memory.js'
import { RouteTable } from './rarity/route-table.js'

/** Records up to which nothing but `observe` is recommended: p cannot yet tell one in a thousand. */
export const OBSERVED_FIRST = 500
/** Records of a route from which on its own memories can tell what is rare there, whatever the forest knows of it. */
const KNOWN_FROM = 200
/** First records of a route, of which nothing at all is known. */
const STRANGE_UP_TO = 16

/** A record as the detector saw it. */
export interface Judged {
  /** Name of the route; empty for requests without one. */
  readonly route: string
  /** Score of the forest, 0 to 1; NaN while there is none. */
  readonly score: number
  /** Raw values in feature order. */
  readonly values: ArrayLike<number>
  /** Whether it may be learnt from; default true. */
  readonly learns?: boolean
  /** Whether the forest knows the route, so that the score is one among its records; default true. */
  readonly known?: boolean
  /** Whether an operator expects records like it: a rare one is then learnt, and no evidence; default false. */
  readonly expected?: boolean
}

/** Values of one feature, both ends inclusive. */
export interface Band {
  readonly feature: string
  readonly from: number
  readonly to: number
}

/** What is said of a record. The same object every time, valid until the next record. */
export interface Judgement {
  /** Chance that an ordinary record of this route is as rare; 1 while there is no forest. */
  readonly p: number
  /** Whether anything is known of its route; else static limits are all there is. */
  readonly known: boolean
  /** -ln p, which does not round to 0. */
  readonly surprise: number
  readonly alert: boolean
  /** What is recommended; null for a record that is no alert. */
  readonly action: Action | null
  /** The open incident that it belongs to. */
  readonly incident: Incident | null
  /** Index of the feature that is rarest in it, or -1 where the features have no say. */
  readonly feature: number
  /** What happened to incidents. */
  readonly events: readonly IncidentEvent[]
}

/**
 * From a score to an alert: how rare a record is among ordinary ones (rarity.ts), what the records of a route and of all
 * traffic come to (detection.ts), and what is learnt from them (learning.ts). No clock, no I/O: the records, their order
 * and their times decide.
 */
export class Alerts {
  readonly #settings: AlertsSettings
  readonly #rateZ: number
  readonly #rarity: Rarity
  readonly #routes: RouteTable
  readonly #incidents: Incidents
  readonly #detection: Detection
  readonly #learning: Learning
  readonly #pace: TrafficPace
  readonly #change = new ExpectedChange()
  readonly #events: IncidentEvent[] = []
  readonly #judgement: { -readonly [Name in keyof Judgement]: Judgement[Name] }
  #records = 0
  /** Records that belong to no incident: the beat that rhythms are measured by. */
  #calmRecords = 0

  constructor(options: AlertsOptions) {
    const settings = settingsOf(options)
    const { features, rate, routesMax, incidentsMax, falseIncidentsADay } = settings
    this.#settings = settings
    this.#rateZ = -Math.log(rate)
    this.#rarity = new Rarity(features.length)
    this.#routes = new RouteTable(routesMax, features)
    this.#incidents = new Incidents(incidentsMax)
    this.#detection = new Detection(features, this.#incidents)
    this.#learning = new Learning(this.#rarity, features.length)
    this.#pace = new TrafficPace(falseIncidentsADay)
    const events = this.#events
    this.#judgement = {
      p: 1,
      known: true,
      surprise: 0,
      alert: false,
      action: null,
      incident: null,
      feature: -1,
      events,
    }
  }

  /** Records judged so far, with those before a restored state was captured. */
  get records(): number {
    return this.#records
  }

  /** Whether it knows the scale of a forest's scores. */
  get scaled(): boolean {
    return this.#rarity.scaled
  }

  /** Routes with a memory. */
  get routes(): number {
    return this.#routes.size
  }

  /** Every incident that is kept, the open ones last. */
  incidents(): readonly Incident[] {
    return this.#incidents.list()
  }

  /** Remembers an anomaly as one of an incident's first few. */
  addExample(incident: number, anomalyId: string): void {
    this.#incidents.find(incident)?.addExample(anomalyId)
  }

  /**
   * A forest is in use from the next record on.
   * @param scores of the rows that it was fitted on, ascending; copied
   */
  adopt(scores: Float64Array): void {
    this.#rarity.adopt(scores)
  }

  /**
   * Judges a record, then learns from it.
   * @param nowMs when it came, ms
   */
  judge(record: Judged, nowMs: number): Judgement {
    const { route: name, score, values, learns = true, known = true } = record
    const events = this.#events
    // To set the length costs more than to read it.
    if (events.length > 0) events.length = 0
    this.#records += 1
    this.#pace.record(nowMs)
    const route = this.#routes.findOrCreate(name)
    route.records += 1
    this.#rarity.rank(route, score, values)
    // Set against other routes it may well be odd, and ordinary for its own.
    const unknown = !known && route.records < KNOWN_FROM
    if (unknown) this.#rarity.withhold()
    this.#judgement.known = !unknown || route.records > STRANGE_UP_TO
    if (this.#incidents.open > 0) this.#incidents.sweep(nowMs, events)
    this.#change.count(name)
    const { z, p } = this.#rarity
    const expected = record.expected === true && z > RARE
    if (expected) this.#rarity.withhold()
    const watch = this.#detection.weigh(route, this.#rarity, this.#records, learns, this.#pace, nowMs, events)
    this.#keepTime(route, watch === undefined, nowMs)
    this.#judgement.surprise = z
    this.#judgement.p = p
    this.#answer(route, score, values, watch, nowMs)
    const open =
      this.#incidents.open === 0 ? undefined : (this.#incidents.of(null) ?? this.#incidents.of(name))
    if (learns && unknown) this.#learning.learnNew(route, values, this.#records)
    else if (learns && expected) this.#learning.learnExpected(route, values)
    else if (learns) this.#learning.learn(route, values, open, this.#records, this.#change.isExpected(name))
    return this.#judgement
  }

  /** Lets time pass without a record: ends incidents that have been calm for a minute. */
  tick(nowMs: number): readonly IncidentEvent[] {
    this.#events.length = 0
    this.#incidents.sweep(nowMs, this.#events)
    return this.#events
  }

  /**
   * Takes out of the memories what was learnt of a feature's values from one to another.
   * @param name of the route; null for all of them
   * @returns how many records that was, old ones counted less
   */
  forget(name: string | null, { feature, from, to }: Band): number {
    const index = this.#settings.features.findIndex((each) => each.name === feature)
    if (index < 0) return 0
    let gone = 0
    for (const route of this.#routes.values())
      if (name === null || route.name === name) gone += route.forget(index, from, to)
    return gone
  }

  /** Forgets what was learnt of a route, as before its first record. */
  reset(name: string): void {
    this.#routes.reset(name)
  }

  /**
   * A change for good is expected: what lasts is taken for usual after a fifth of the records.
   * @param name of the route; null for any
   * @param records for which it is expected
   */
  expectChange(name: string | null, records: number): void {
    this.#change.announce(name, records)
  }

  /** All that the next verdicts depend on, as plain data. */
  capture(): Captured {
    return {
      features: namesOf(this.#settings),
      counts: Float64Array.of(this.#records, this.#calmRecords),
      rarity: this.#rarity.capture(),
      routes: this.#routes.capture(),
      incidents: this.#incidents.capture(),
      detection: this.#detection.capture(),
      pace: this.#pace.capture(),
      change: this.#change.capture(),
    }
  }

  /**
   * Goes on where a state was captured; of a fresh instance.
   * @throws AlertsStateError when it does not fit; the instance is then of no use
   */
  restore(captured: Captured): void {
    const features = listOf(captured, 'features').join()
    if (features !== String(namesOf(this.#settings)))
      throw new AlertsStateError(`its features are ${features || 'none'}`)
    const [records = 0, calmRecords = 0] = numbersOf(captured, 'counts', 2)
    this.#rarity.restore(memberOf(captured, 'rarity'))
    this.#routes.restore(memberOf(captured, 'routes'))
    this.#incidents.restore(memberOf(captured, 'incidents'))
    this.#detection.restore(memberOf(captured, 'detection'))
    this.#pace.restore(memberOf(captured, 'pace'))
    // A state of before changes were expected has none.
    if (Object.hasOwn(captured as object, 'change')) this.#change.restore(memberOf(captured, 'change'))
    this.#records = records
    this.#calmRecords = calmRecords
  }

  #answer(
    route: RouteMemory,
    score: number,
    values: ArrayLike<number>,
    watch: Watch | undefined,
    nowMs: number,
  ): void {
    const judgement = this.#judgement
    const beyondLimit = this.#exceedsLimit(values)
    judgement.alert = judgement.surprise >= this.#rateZ || watch !== undefined || beyondLimit
    judgement.incident = watch?.incident ?? null
    judgement.feature = -1
    judgement.action = null
    if (!judgement.alert) return
    judgement.feature = this.#rarity.leading(route)
    const action = beyondLimit ? 'freeze' : this.#recommend(route, values, watch !== undefined)
    judgement.action = action
    if (watch !== undefined) this.#collect(watch.incident, action, score, values, nowMs)
  }

  #recommend(route: RouteMemory, values: ArrayLike<number>, inIncident: boolean): Action {
    if (this.#settings.actions === 'freeze') return 'freeze'
    if (this.#records <= OBSERVED_FIRST) return 'observe'
    const ratio = this.#ratio(route, values)
    return gradeOf({ z: this.#judgement.surprise, rateZ: this.#rateZ, inIncident, ratio })
  }

  /** How many times the usual value the leading feature is, on its rare side. */
  #ratio(route: RouteMemory, values: ArrayLike<number>): number {
    const { feature } = this.#judgement
    const usual = route.grown?.features[feature]?.usual
    if (usual === undefined) return 1
    const value = values[feature] as number
    const low = this.#settings.features[feature]?.direction === 'low'
    return low ? usual / value : value / Math.max(usual, Number.MIN_VALUE)
  }

  #collect(
    incident: KeptIncident,
    action: Action,
    score: number,
    values: ArrayLike<number>,
    nowMs: number,
  ): void {
    const { p, feature } = this.#judgement
    incident.collect(action, nowMs)
    if (incident.grownTenfold) this.#events.push({ kind: 'grown', incident })
    if (p > incident.peak.p) return
    const named = this.#settings.features.findIndex(({ name }) => name === incident.feature)
    const leading = named >= 0 ? named : feature
    incident.peak.p = p
    incident.peak.score = score >= 0 ? score : 0
    incident.peak.value = leading < 0 ? 0 : (values[leading] as number)
  }

  #exceedsLimit(values: ArrayLike<number>): boolean {
    const { features } = this.#settings
    for (let f = 0; f < features.length; f++) {
      const limit = features[f]?.limit
      if (limit !== undefined && (values[f] as number) > limit) return true
    }
    return false
  }

  /** Looks at the rhythm of this record's route, and at whether the next one in turn has fallen silent. */
  #keepTime(route: RouteMemory, calm: boolean, nowMs: number): void {
    if (calm) this.#calmRecords += 1
    const pace = this.#pace
    const incidents = this.#incidents
    const surge = route.rhythm.beat(nowMs, this.#calmRecords, pace) === 'surge'
    // Requests without a route are all there are, or of no one kind: what they do says nothing of a rhythm.
    if (route.name === '') return
    const own = incidents.open === 0 ? undefined : incidents.of(route.name)
    if (own?.silent) {
      own.silent = false
      own.hotMs = nowMs
    }
    if (surge && own === undefined) this.#startPlain('surge', route.name, nowMs)
    else if (surge && own !== undefined) own.hotMs = nowMs
    const other = this.#routes.next()
    if (other === route || other.name === '' || !other.rhythm.isSilent(nowMs, this.#calmRecords, pace)) return
    other.rhythm.silent = true
    if (incidents.of(other.name) === undefined) this.#startPlain('silence', other.name, nowMs)
  }

  #startPlain(kind: 'silence' | 'surge', route: string, nowMs: number): void {
    const direction = kind === 'silence' ? 'low' : 'high'
    this.#incidents.start(
      { kind, route, feature: null, direction, usual: 0, nowMs, gapMs: 0 },
      false,
      -1,
      this.#events,
    )
  }
}

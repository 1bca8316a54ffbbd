import { SPARSE_MS } from '../detector/guarded/admission/sparseness.js'
import { finish, type Steps } from '../state/steps.js'
import { Answering } from './answering.js'
import { AlertsStateError, type Captured, listOf, memberOf, numbersOf } from './captured.js'
import { logEValueAbove } from './evidence/betting.js'
import { inContext } from './evidence/context.js'
import { Detection } from './evidence/detection.js'
import { ExpectedChange } from './evidence/expected-change.js'
import type { Incident } from './evidence/gathered-incident.js'
import { type IncidentEvent, Incidents } from './evidence/gathering.js'
import { COUNTED } from './evidence/leading-features.js'
import { Newcomers } from './evidence/newcomers.js'
import { RhythmWatch } from './evidence/rhythm-watch.js'
import { TrafficPace } from './evidence/traffic-pace.js'
import { shiftOf } from './habits/habits.js'
import { RouteHabits } from './habits/route-habits.js'
import type { Band, Draw, Judged, Judgement } from './judgement.js'
import { type AlertsOptions, type AlertsSettings, namesOf, settingsOf } from './options.js'
import { Learning, RARE } from './rarity/learning.js'
import { Rarity } from './rarity/rarity.js'
import { RouteMemory } from './rarity/route-memory.js'
import { RouteTable } from './rarity/route-table.js'

/** Records of a route from which on its own memories can tell what is rare there, whatever the forest knows of it. */
const KNOWN_FROM = 200
/** First records of a route, of which nothing at all is known. */
const STRANGE_UP_TO = 16

/**
 * From a score to an alert: how rare a record is among ordinary ones (rarity.ts), what the records of a route and of all
 * traffic come to (detection.ts), and what is learnt from them (learning.ts). No clock, no I/O: the records, their order
 * and their times decide.
 */
export class Alerts {
  readonly #settings: AlertsSettings
  readonly #rateZ: number
  /** What a record adds to the evidence that nobody sent, as it is not rare. */
  readonly #unseenGain: number
  readonly #rarity: Rarity
  readonly #routes: RouteTable
  readonly #incidents: Incidents
  readonly #detection: Detection
  readonly #learning: Learning
  readonly #pace: TrafficPace
  readonly #rhythms: RhythmWatch
  readonly #newcomers: Newcomers
  readonly #change = new ExpectedChange()
  readonly #events: IncidentEvent[] = []
  readonly #answering: Answering
  /** What comes back by the hour, the day or the week. */
  readonly habits: RouteHabits
  #records = 0

  constructor(options: AlertsOptions) {
    const settings = settingsOf(options)
    const { features, rate, routesMax, incidentsMax, falseIncidentsADay } = settings
    this.#settings = settings
    this.#rateZ = -Math.log(rate)
    this.#unseenGain = logEValueAbove(rate)
    this.#rarity = new Rarity(features.length)
    this.#routes = new RouteTable(routesMax, features)
    this.#incidents = new Incidents(incidentsMax)
    const timeOf = settings.wallClock ?? ((nowMs: number): number => nowMs)
    const names = features.map(({ name }) => name)
    this.habits = new RouteHabits(this.#routes, this.#rarity, names, timeOf)
    this.#detection = new Detection(features, this.#incidents, timeOf)
    this.#learning = new Learning(this.#rarity, features.length)
    this.#pace = new TrafficPace(falseIncidentsADay)
    this.#rhythms = new RhythmWatch(this.#routes, this.#incidents, this.#pace, timeOf)
    this.#newcomers = new Newcomers(this.#incidents, this.#pace)
    this.#answering = new Answering(settings, this.#rarity, this.#rateZ, this.#events)
  }

  /** Records judged so far, with those before a restored state was captured. */
  get records(): number {
    return this.#records
  }

  /** When the last record came, ms; 0 before the first. */
  get lastMs(): number {
    return this.#pace.lastMs
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
    const { route: name, values, learns = true, known = true } = record
    const events = this.#events
    const { judgement } = this.#answering
    // To set the length costs more than to read it.
    if (events.length > 0) events.length = 0
    if (record.draw != null && this.#isBeside(record.draw)) return this.#judgeBeside(record, nowMs)
    this.#records += 1
    const trafficIsSparse = nowMs - this.#pace.lastMs >= SPARSE_MS
    this.#pace.record(nowMs)
    const route = this.#routes.findOrCreate(name)
    const isSparse = route.records > 0 && nowMs - route.rhythm.lastMs >= SPARSE_MS
    route.records += 1
    this.#rarity.rank(route, record)
    // Set against other routes it may well be odd, and ordinary for its own.
    const unknown = !known && route.records < KNOWN_FROM
    if (unknown) this.#rarity.withhold()
    judgement.known = !unknown || route.records > STRANGE_UP_TO
    if (this.#incidents.open > 0) this.#incidents.sweep(nowMs, events)
    this.#change.count(name)
    const { z: alone, p: pAlone, rankedZ } = this.#rarity
    const expected = record.expected === true && alone > RARE
    const recurs = !expected && rankedZ > RARE && this.habits.expects(route, nowMs)
    if (recurs) this.habits.renew(route, nowMs)
    if (expected || recurs) this.#rarity.withhold()
    // What comes by habit is not rare at its time; what an operator expects is rare, and nobody hears of it.
    const z = recurs ? 0 : alone
    const p = recurs ? 1 : pAlone
    const watch = this.#detection.weigh(route, this.#rarity, this.#records, learns, this.#pace, nowMs, events)
    if (rankedZ >= COUNTED) this.#detection.countLead(route, this.#rarity)
    this.#rhythms.observe(route, watch === undefined, nowMs, events)
    this.#newcomers.observe(route, this.#change.isExpected(name), nowMs, events)
    const told = inContext(z, this.#detection.suspicion, this.#rateZ)
    judgement.surprise = told
    judgement.p = told === z ? p : Math.exp(-told)
    this.#answering.answer(route, record, watch, this.#records, nowMs)
    if (watch !== undefined && learns && !recurs && rankedZ > RARE) this.habits.remember(route, nowMs)
    const open = this.#incidents.around(name)
    if (recurs) return judgement
    if (learns && unknown) this.#learning.learnNew(route, values, this.#records)
    else if (learns && expected) this.#learning.learnExpected(route, values)
    else if (learns && isSparse) this.#learning.learnSparse(route, values, this.#records, trafficIsSparse)
    else if (learns) this.#learning.learn(route, values, open, this.#records, this.#change.isExpected(name))
    return judgement
  }

  /**
   * Judges a record as if it came now, by itself: it is no evidence, belongs to no incident, and nothing is learnt.
   * Nothing that comes after it is judged otherwise for it.
   * @param nowMs what time it is
   */
  tryOut(record: Judged, nowMs: number): Judgement {
    const { route: name, known = true } = record
    const route = this.#routes.find(name) ?? new RouteMemory(name, this.#settings.features)
    this.#events.length = 0
    this.#rarity.rank(route, record)
    const unknown = !known && route.records < KNOWN_FROM
    if (unknown || (this.#rarity.rankedZ > RARE && this.habits.expects(route, nowMs))) this.#rarity.withhold()
    const { judgement } = this.#answering
    judgement.known = !unknown || route.records > STRANGE_UP_TO
    judgement.surprise = this.#rarity.z
    judgement.p = this.#rarity.p
    return this.#answering.answer(route, record, undefined, this.#records, 0)
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
    for (const route of this.#routes.named(name)) {
      this.#routes.willChange(route)
      gone += route.forget(index, from, to)
      route.habits?.forget(index)
      route.habits?.forget(shiftOf(index))
    }
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
      counts: Float64Array.of(this.#records, this.#rhythms.calmRecords),
      rarity: this.#rarity.capture(),
      routes: this.#routes.capture(),
      incidents: this.#incidents.capture(),
      detection: this.#detection.capture(),
      pace: this.#pace.capture(),
      change: this.#change.capture(),
      newcomers: this.#newcomers.capture(),
    }
  }

  /**
   * Goes on where a state was captured; of a fresh instance.
   * @throws AlertsStateError when it does not fit; the instance is then of no use
   */
  restore(captured: Captured): void {
    finish(this.restoring(captured))
  }

  /**
   * The same in steps.
   * @param former is no longer in use, and of no use afterwards: what it had memory for is taken over
   */
  *restoring(captured: Captured, former: Alerts | null = null): Steps {
    const features = listOf(captured, 'features').join()
    if (features !== String(namesOf(this.#settings)))
      throw new AlertsStateError(`its features are ${features || 'none'}`)
    const [records = 0, calmRecords = 0] = numbersOf(captured, 'counts', 2)
    this.#rarity.restore(memberOf(captured, 'rarity'))
    yield* this.#routes.restoring(memberOf(captured, 'routes'), former === null ? null : former.#routes)
    this.#incidents.restore(memberOf(captured, 'incidents'))
    this.#detection.restore(memberOf(captured, 'detection'))
    this.#pace.restore(memberOf(captured, 'pace'))
    // A state of before changes were expected has none.
    if (Object.hasOwn(captured as object, 'change')) this.#change.restore(memberOf(captured, 'change'))
    // And one of before new routes were counted has none of those.
    if (Object.hasOwn(captured as object, 'newcomers'))
      this.#newcomers.restore(memberOf(captured, 'newcomers'))
    this.#records = records
    this.#rhythms.calmRecords = calmRecords
  }

  /** Takes in what a sampled record stands for. */
  #isBeside({ unseen, beside }: Draw): boolean {
    this.#pace.standsFor = 1 + unseen
    this.#rarity.unseenGain = unseen * this.#unseenGain
    return beside
  }

  /** Weighs a record that was sent as it is rare, beside an even sample: it is evidence, and says nothing of what is usual. */
  #judgeBeside(record: Judged, nowMs: number): Judgement {
    const { route: name, known = true } = record
    const route = this.#routes.findOrCreate(name)
    this.#rarity.rank(route, record)
    const unknown = !known && route.records < KNOWN_FROM
    const recurs =
      record.expected !== true && this.#rarity.rankedZ > RARE && this.habits.expects(route, nowMs)
    if (recurs) this.habits.renew(route, nowMs)
    if (unknown || recurs || record.expected === true) this.#rarity.withhold()
    const { judgement } = this.#answering
    judgement.known = !unknown || route.records > STRANGE_UP_TO
    if (this.#incidents.open > 0) this.#incidents.sweep(nowMs, this.#events)
    const { z, p } = this.#rarity
    judgement.surprise = z
    judgement.p = p
    const told = [this.#records, false, this.#pace, nowMs, this.#events, true] as const
    const watch = z < this.#rateZ ? undefined : this.#detection.weigh(route, this.#rarity, ...told)
    if (watch !== undefined && record.learns !== false) this.habits.remember(route, nowMs)
    return this.#answering.answer(route, record, watch, this.#records, nowMs)
  }
}

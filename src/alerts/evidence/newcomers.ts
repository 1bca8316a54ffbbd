import { type Captured, numbersOf } from '../captured.js'
import type { RouteMemory } from '../rarity/route-memory.js'
import type { IncidentEvent, Incidents } from './gathering.js'
import type { TrafficPace } from './traffic-pace.js'

/** Records over which the usual share of new routes is followed, and what is taken to have been seen before the first. */
const MEMORY = 20_000
const PRIOR_NEW = 1
const PRIOR_RECORDS = 50
/** All routes are new at first. */
const FROM = 500
/** The share that is bet on: so many times the usual one, between these two. */
const TIMES = 8
const LEAST_SHARE = 0.05
const MOST_SHARE = 0.5
/** Fewest new names of a run that came no more than once or twice. A release brings fewer, or they come again. */
const LEAST_NAMES = 64
/** At so many records a name is a route that is used, and nothing that somebody tries. */
const USED = 3
/** Share of the evidence that is asked for above which what comes says nothing of the usual share. */
const SUSPECT = 0.5
/** New names of an incident after which they are taken for what is usual from now on. */
const ACCEPTED_AFTER = 5000

/**
 * Opens an incident where many routes come that nobody asked for before, as where somebody tries out paths: each by itself
 * is a record of which nothing is known. A cumulative sum of bets on the share of records that are the first of their
 * route; names that come again are taken back.
 */
export class Newcomers {
  readonly #incidents: Incidents
  readonly #pace: TrafficPace
  #records = 0
  /** New ones, those of long ago counted less, and at which record they were. */
  #new = 0
  #countedAt = 0
  #level = 0
  /** Names of the run that have not come again, and the number of the run. */
  #names = 0
  #run = 1
  #accepted = 0
  #gainOfNew = 0
  #gainOfKnown = 0

  constructor(incidents: Incidents, pace: TrafficPace) {
    this.#incidents = incidents
    this.#pace = pace
  }

  /**
   * A record of a route has come, and is counted.
   * @param expected whether a change of the route is expected
   * @param events gets what happens to incidents
   */
  observe(route: RouteMemory, expected: boolean, nowMs: number, events: IncidentEvent[]): void {
    const isNew = route.records === 1
    if (!isNew && this.#level === 0) {
      this.#records += 1
      return
    }
    if (expected) return
    if (isNew) this.#setBets()
    if (this.#records >= FROM) this.#bet(route, isNew)
    const { logA } = this.#pace
    if (this.#level < SUSPECT * logA || this.#accepted > ACCEPTED_AFTER) this.#count(isNew)
    const found = this.#level >= logA && this.#names >= LEAST_NAMES
    this.#level = Math.min(this.#level, logA)
    if (isNew && found) this.#tell(nowMs, events)
  }

  capture(): Captured {
    return {
      numbers: Float64Array.of(
        this.#records,
        this.#new,
        this.#level,
        this.#names,
        this.#accepted,
        this.#countedAt,
      ),
    }
  }

  /** @throws AlertsStateError when that is none */
  restore(captured: Captured): void {
    const n = numbersOf(captured, 'numbers', 6)
    this.#records = n[0] as number
    this.#new = n[1] as number
    this.#level = n[2] as number
    this.#names = n[3] as number
    this.#accepted = n[4] as number
    this.#countedAt = n[5] as number
    this.#run += 1
    this.#setBets()
  }

  #bet(route: RouteMemory, isNew: boolean): void {
    if (isNew) {
      if (this.#level === 0) this.#run += 1
      route.run = this.#run
      this.#names += 1
      this.#level += this.#gainOfNew
    } else if (route.records === USED && route.run === this.#run) {
      this.#names -= 1
      this.#level += this.#gainOfKnown - this.#gainOfNew
    } else this.#level += this.#gainOfKnown
    if (this.#level > 0) return
    this.#level = 0
    this.#names = 0
    this.#accepted = 0
  }

  /** Counts a record towards the usual share. */
  #count(isNew: boolean): void {
    this.#records += 1
    if (!isNew) return
    const since = Math.max(0, this.#records - Math.max(MEMORY, this.#countedAt))
    this.#new = this.#new * Math.exp(-since / MEMORY) + 1
    this.#countedAt = this.#records
  }

  #setBets(): void {
    const share = (this.#new + PRIOR_NEW) / (Math.min(this.#records, MEMORY) + PRIOR_RECORDS)
    const bet = Math.min(Math.max(TIMES * share, LEAST_SHARE), MOST_SHARE)
    this.#gainOfNew = Math.max(0, Math.log(bet / share))
    this.#gainOfKnown = Math.min(0, Math.log((1 - bet) / (1 - share)))
  }

  #tell(nowMs: number, events: IncidentEvent[]): void {
    const watch = this.#incidents.newcomers ?? this.#start(nowMs, events)
    watch.hotMs = nowMs
    watch.incident.collect('observe', nowMs)
    this.#accepted += 1
    events.push({ kind: 'grown', incident: watch.incident })
  }

  #start(nowMs: number, events: IncidentEvent[]) {
    const opening = { kind: 'newcomers', route: null, feature: null, direction: 'high' } as const
    const watch = this.#incidents.start({ ...opening, usual: 0, nowMs, gapMs: 0 }, false, -1, events)
    watch.incident.records = this.#names - 1
    return watch
  }
}

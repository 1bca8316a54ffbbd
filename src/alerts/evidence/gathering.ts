import { type Captured, listOf, numbersOf } from '../captured.js'
import { type Incident, KeptIncident, type Opening } from './gathered-incident.js'
import { Watch } from './watch.js'

/** Open incidents at most; one more ends the one that was hot longest ago. */
const OPEN_MOST = 64

/** Something that is worth a line in a log. */
export interface IncidentEvent {
  readonly kind: 'opened' | 'grown' | 'closed'
  readonly incident: Incident
}

/** The incidents there are: open ones by their route, and the last closed ones. */
export class Incidents {
  readonly #closedMost: number
  readonly #watches: Watch[] = []
  readonly #closed: KeptIncident[] = []
  #nextId = 1

  /** @param closedMost closed incidents that are kept */
  constructor(closedMost: number) {
    this.#closedMost = closedMost
  }

  get open(): number {
    return this.#watches.length
  }

  /** The open incident of a route, null for that of all routes; without one undefined. */
  of(route: string | null): Watch | undefined {
    const watches = this.#watches
    for (let i = 0; i < watches.length; i++) {
      const watch = watches[i] as Watch
      if (watch.incident.route === route && watch.incident.kind !== 'newcomers') return watch
    }
    return undefined
  }

  /** The open one of many new routes, if there is one. */
  get newcomers(): Watch | undefined {
    return this.#watches.find(({ incident }) => incident.kind === 'newcomers')
  }

  /** The open incident that a record of a route may be part of: that of all routes while it is hot, else the route's own. */
  around(route: string): Watch | undefined {
    if (this.#watches.length === 0) return undefined
    const common = this.of(null)
    return common?.hot ? common : this.of(route)
  }

  /** Every incident that is kept, open ones last, each in the order in which they ended or began. */
  list(): readonly Incident[] {
    return [...this.#closed, ...this.#watches.map(({ incident }) => incident)]
  }

  find(id: number): KeptIncident | undefined {
    return (
      this.#closed.find((each) => each.id === id) ??
      this.#watches.find((each) => each.incident.id === id)?.incident
    )
  }

  /**
   * Opens an incident; one of all routes takes over those of single ones.
   * @param shifted index of the feature that has shifted, or -1
   */
  start(opening: Opening, hot: boolean, shifted: number, events: IncidentEvent[]): Watch {
    const incident = new KeptIncident(this.#nextId, opening)
    this.#nextId += 1
    if (opening.route === null && opening.kind !== 'newcomers')
      this.#absorbInto(incident, opening.nowMs, events)
    else if (this.#watches.length >= OPEN_MOST) this.#end(this.#coldest(), opening.nowMs, events)
    const watch = new Watch(incident, hot, shifted, opening.nowMs, opening.gapMs)
    this.#watches.push(watch)
    events.push({ kind: 'opened', incident })
    return watch
  }

  /** Ends those that have been calm for long enough. */
  sweep(nowMs: number, events: IncidentEvent[]): void {
    const watches = this.#watches
    for (let i = watches.length - 1; i >= 0; i--) if (watches[i]?.isOver(nowMs)) this.#end(i, nowMs, events)
  }

  capture(): Captured {
    return {
      nextId: Float64Array.of(this.#nextId),
      open: this.#watches.map((watch) => watch.capture()),
      closed: this.#closed.map((incident) => incident.capture()),
    }
  }

  /** @throws AlertsStateError when these are no incidents, and then nothing has changed */
  restore(captured: Captured): void {
    const [nextId = 1] = numbersOf(captured, 'nextId', 1)
    const open = listOf(captured, 'open').slice(-OPEN_MOST).map(Watch.restored)
    const closed = listOf(captured, 'closed').slice(-this.#closedMost).map(KeptIncident.restored)
    this.#watches.splice(0, this.#watches.length, ...open)
    this.#closed.splice(0, this.#closed.length, ...closed)
    this.#nextId = nextId
  }

  /** Those of single routes become part of one of all of them. */
  #absorbInto(incident: KeptIncident, nowMs: number, events: IncidentEvent[]): void {
    for (let i = this.#watches.length - 1; i >= 0; i--) {
      const { incident: part } = this.#watches[i] as Watch
      if (part.kind === 'newcomers') continue
      incident.absorb(part, nowMs)
      this.#end(i, nowMs, events)
    }
  }

  #end(place: number, nowMs: number, events: IncidentEvent[]): void {
    const [watch] = this.#watches.splice(place, 1)
    if (watch === undefined) return
    const { incident } = watch
    incident.closedMs ??= nowMs
    this.#closed.push(incident)
    if (this.#closed.length > this.#closedMost) this.#closed.shift()
    events.push({ kind: 'closed', incident })
  }

  #coldest(): number {
    let coldest = 0
    for (const [i, { hotMs }] of this.#watches.entries())
      if (hotMs < (this.#watches[coldest] as Watch).hotMs) coldest = i
    return coldest
  }
}

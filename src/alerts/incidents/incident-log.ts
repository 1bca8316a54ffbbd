import { routeName } from '../../telemetry/route-name.js'
import type { TimeIds } from '../../text/time-id.js'
import type { FeedbackNote } from '../operator/feedback-note.js'
import { isOf, type OriginQuery } from '../origin.js'
import type { Incident } from './incident.js'
import type { IncidentChange, IncidentEvent } from './incident-event.js'
import { IncidentRecord, type OpenIncidentChanges } from './incident-record.js'
import { type KeptIncident, readKeptIncident } from './kept-incident.js'

/** Incidents kept where nothing else is said. */
export const INCIDENTS_MAX = 200

export interface IncidentLogOptions {
  /** Those of the anomaly log: the events of both then have one order, in which a stream can be resumed. */
  readonly ids: TimeIds
  readonly max?: number
}

/** What is known of an incident when it opens. */
export type IncidentFacts = Omit<
  Incident,
  'id' | 'status' | 'opened' | 'last_seen' | 'closed' | 'anomalies' | 'feedback'
> & { readonly anomalies?: readonly string[] }

export interface IncidentQuery extends OriginQuery {
  /** At most so many, the newest of them; default all. */
  readonly limit?: number | undefined
  /** Only incidents whose id sorts after this text, which is an id or the `idBound` of a time. */
  readonly since?: string | undefined
  /** Only incidents whose id sorts before this one. */
  readonly before?: string | undefined
  readonly open?: boolean | undefined
  /** As the client gives it; null for incidents of all traffic. */
  readonly route?: string | null | undefined
  readonly feature?: string | undefined
}

/**
 * The last incidents. Closed ones go first when there is one too many; an open one goes only where all others are
 * open, too: the one that has been quiet for longest is closed then. What is given out are copies.
 */
export class IncidentLog {
  readonly capacity: number
  readonly #ids: TimeIds
  /** In the order of their ids, which is that of insertion. */
  readonly #records = new Map<string, IncidentRecord>()
  readonly #listeners = new Set<(event: IncidentEvent) => void>()
  /** Ids of those that are gathered elsewhere. */
  readonly #mirrored = new Set<string>()
  #openCount = 0
  #newestEventId = ''

  constructor({ ids, max = INCIDENTS_MAX }: IncidentLogOptions) {
    if (!Number.isInteger(max) || max < 1) throw new RangeError('an incident log holds one or more incidents')
    this.capacity = max
    this.#ids = ids
  }

  get size(): number {
    return this.#records.size
  }

  get openCount(): number {
    return this.#openCount
  }

  /** The id of the newest event ever told, or a text that sorts before every id. */
  get newestEventId(): string {
    return this.#newestEventId
  }

  /** @internal Opens an incident and tells the listeners. Its id is given here, its route is made a route name. */
  open(facts: IncidentFacts, nowMs = Date.now()): Incident {
    this.#makeRoom(nowMs)
    const id = this.#ids.next(nowMs)
    const route = routeName(facts.route ?? '') || null
    const record = IncidentRecord.opened(id, { ...facts, route }, nowMs)
    this.#records.set(id, record)
    this.#openCount++
    return this.#tell(record, 'opened', id)
  }

  /**
   * @internal Replaces what has changed; when `records` is among it, the incident was seen now.
   * @returns false when the incident is closed or no longer kept
   */
  update(id: string, changes: OpenIncidentChanges, nowMs = Date.now()): boolean {
    const record = this.#records.get(id)
    if (record === undefined || !record.isOpen) return false
    if (record.change(changes, nowMs)) this.#tell(record, 'grown', this.#ids.next(nowMs))
    return true
  }

  /** @internal Names an anomaly as an example of an open incident; the first few are kept. */
  addExample(id: string, anomalyId: string): void {
    const record = this.#records.get(id)
    if (record?.isOpen) record.addExample(anomalyId)
  }

  /** @internal Keeps what an operator said of an incident. False when it is no longer kept. */
  note(id: string, feedback: FeedbackNote): boolean {
    const record = this.#records.get(id)
    record?.note(feedback)
    return record !== undefined
  }

  /** @internal Closes an incident with its last changes. False when it is closed already or no longer kept. */
  close(id: string, changes: OpenIncidentChanges = {}, nowMs = Date.now()): boolean {
    const record = this.#records.get(id)
    if (record === undefined || !record.isOpen) return false
    record.close(changes, nowMs)
    this.#openCount--
    this.#tell(record, 'closed', this.#ids.next(nowMs))
    return true
  }

  get(id: string): Incident | undefined {
    return this.#records.get(id)?.incident()
  }

  /**
   * An open incident that a record of this route, by its name, may belong to.
   * @param newcomers whether one of many new routes is looked for instead, to which no single record belongs
   * @internal
   */
  openOn(route: string, newcomers = false): Pick<Incident, 'id' | 'route' | 'action' | 'feature'> | null {
    let ofAll: IncidentRecord | null = null
    for (const record of this.#records.values()) {
      if (!record.isOpen || (record.kind === 'newcomers') !== newcomers) continue
      if (record.route === route) return record
      if (record.route === null) ofAll = record
    }
    return ofAll
  }

  /** @internal Whether the evidence of an incident is gathered elsewhere. */
  isMirrored(id: string): boolean {
    return this.#mirrored.has(id)
  }

  /**
   * @internal Takes over what happened to an incident that is gathered elsewhere.
   * @param quiet tells nobody of it
   * @returns false for what is no event of an incident
   */
  mirror(event: unknown, quiet: boolean): boolean {
    const record = readKeptIncident(event)
    if (record === null) return false
    const known = this.#records.get(record.id)
    if (known !== undefined && !known.isOpen) return true
    const { id, eventId, seenMs } = record
    if (known === undefined) this.#makeRoom(seenMs)
    for (const anomaly of known?.incident().anomalies ?? []) record.addExample(anomaly)
    this.#openCount += Number(record.isOpen) - Number(known?.isOpen ?? false)
    this.#mirrored.add(id)
    this.#put(record)
    this.#ids.continueAfter(eventId)
    if (!quiet) this.#tell(record, record.lastChange, this.#ids.next(Date.now()))
    else if (eventId > this.#newestEventId) this.#newestEventId = eventId
    return true
  }

  /** Newest first. */
  list(query: IncidentQuery = {}): Incident[] {
    const { limit = this.capacity, since = '', before, open, route, feature } = query
    const name = typeof route === 'string' ? routeName(route) : route
    const found: Incident[] = []
    for (const record of [...this.#records.values()].reverse()) {
      if (found.length === limit || record.id <= since) break
      if (before !== undefined && record.id >= before) continue
      if (open !== undefined && record.isOpen !== open) continue
      if (name !== undefined && record.route !== name) continue
      if (feature !== undefined && record.feature !== feature) continue
      if (!isOf(record.origin, query)) continue
      found.push(record.incident())
    }
    return found
  }

  /** @internal The last event of each incident whose last event comes after this id, in their order. */
  eventsSince(id: string): IncidentEvent[] {
    const events = [...this.#records.values()].filter(({ eventId }) => eventId > id)
    return events.sort((a, b) => (a.eventId < b.eventId ? -1 : 1)).map((record) => record.event())
  }

  /** @internal All that is kept, oldest first. */
  capture(): KeptIncident[] {
    return [...this.#records.values()].map((record) => record.event())
  }

  /**
   * @internal Takes over captured incidents before the first of its own; what is none is left out. Those that were open go on
   * being open, and ids given from now on sort after theirs, whatever the clock says.
   */
  restore(kept: readonly unknown[]): void {
    const items: readonly unknown[] = Array.isArray(kept) ? kept : []
    const records = items.flatMap((item) => readKeptIncident(item) ?? [])
    records.sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const { eventId } of records) if (eventId > this.#newestEventId) this.#newestEventId = eventId
    if (this.#newestEventId !== '') this.#ids.continueAfter(this.#newestEventId)
    for (const record of records) {
      if (this.#records.has(record.id)) continue
      this.#makeRoom(record.seenMs)
      this.#records.set(record.id, record)
      if (record.isOpen) this.#openCount++
    }
  }

  /** Calls `listener` for each event from now on, until the returned function is called. */
  subscribe(listener: (event: IncidentEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Keeps the order of ids, which one that was given elsewhere need not follow. */
  #put(record: IncidentRecord): void {
    const inOrder = this.#records.has(record.id) || [...this.#records.keys()].every((id) => id < record.id)
    this.#records.set(record.id, record)
    if (inOrder) return
    const sorted = [...this.#records].sort(([a], [b]) => (a < b ? -1 : 1))
    this.#records.clear()
    for (const [id, each] of sorted) this.#records.set(id, each)
  }

  #makeRoom(nowMs: number): void {
    if (this.#records.size < this.capacity) return
    let leaving: IncidentRecord | null = null
    for (const record of this.#records.values()) {
      if (!record.isOpen) {
        leaving = record
        break
      }
      if (leaving === null || record.seenMs < leaving.seenMs) leaving = record
    }
    if (leaving === null) return
    this.close(leaving.id, {}, nowMs)
    this.#records.delete(leaving.id)
    this.#mirrored.delete(leaving.id)
  }

  #tell(record: IncidentRecord, change: IncidentChange, eventId: string): Incident {
    record.mark(change, eventId)
    this.#newestEventId = eventId
    const event = record.event()
    for (const listener of this.#listeners) listener(event)
    return event.incident
  }
}

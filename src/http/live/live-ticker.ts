import { LEAST_STEP_MS, type TimelineReader } from '../../activity/timeline.js'
import type { Incident } from '../../alerts/incidents/incident.js'
import type { IncidentLog } from '../../alerts/incidents/incident-log.js'
import { isOf } from '../../alerts/origin.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import { idBound } from '../../text/time-id.js'
import type { Tick } from '../schemas/live.js'
import { LiveStream } from './live-stream.js'
import type { LiveSubject } from './live-subject.js'
import type { ModelState } from './model-state.js'
import { StatusReader } from './status.js'

const TICK_MS = 1000
const INCIDENTS_TOLD = 20

export interface LiveTickerOptions {
  /** Whether the language model answers, which is the same for all. */
  readonly model: ModelState
  /** How it stands in its fleet; null for a sentinel by itself. */
  readonly fleet?: FleetFigures | null | undefined
  readonly tickMs?: number | undefined
  /** Told when nobody listens any more. */
  readonly onIdle?: () => void
}

/**
 * Tells clients once a second how things stand. What is told is worked out and written as text once for all of them,
 * whatever the load, and not at all while nobody listens.
 */
export class LiveTicker {
  readonly #subject: LiveSubject
  readonly #incidents: IncidentLog
  readonly #status: StatusReader
  readonly #streams = new Set<LiveStream>()
  readonly #tickMs: number
  readonly #onIdle: () => void
  #timer: NodeJS.Timeout | null = null
  #reader: TimelineReader | null = null
  #lastMs = 0
  #lastEventId = ''
  /** Records of each incident that was open at the last tick. */
  #open = new Map<string, number>()

  constructor(
    subject: LiveSubject,
    { model, fleet, tickMs = TICK_MS, onIdle = () => {} }: LiveTickerOptions,
  ) {
    this.#subject = subject
    this.#incidents = subject.baselines()[0].incidents
    this.#status = new StatusReader(subject, model, fleet)
    this.#tickMs = tickMs
    this.#onIdle = onIdle
  }

  /** Clients that listen now. */
  get listeners(): number {
    return this.#streams.size
  }

  /** A stream that begins with how things stand. @param after the id of the last event that the client has */
  open(after?: number): LiveStream {
    const { nowMs } = this.#subject.activity
    const first = after === undefined ? this.#text(this.#tickOf(nowMs, nowMs, [])) : this.#since(after)
    const stream = new LiveStream(first, nowMs, (id) => this.#since(id))
    this.#streams.add(stream)
    stream.once('close', () => {
      this.#streams.delete(stream)
      if (this.#streams.size > 0) return
      this.#rest()
      this.#onIdle()
    })
    if (this.#timer === null) this.#begin()
    return stream
  }

  /** Ends all streams. */
  finish(): void {
    this.#rest()
    for (const stream of this.#streams) stream.finish()
  }

  #begin(): void {
    const { nowMs, timeline } = this.#subject.activity
    this.#lastMs = nowMs
    this.#reader = timeline.read()
    this.#lastEventId = this.#incidents.newestEventId
    this.#changed()
    this.#timer = setInterval(() => this.#tick(), this.#tickMs)
    this.#timer.unref()
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#reader !== null) this.#subject.activity.timeline.unread(this.#reader)
    this.#reader = null
  }

  #tick(): void {
    const { nowMs, timeline } = this.#subject.activity
    if (this.#reader === null) return
    // Records of a batch may be of some time ago.
    const changedFromMs = Math.max(timeline.changedFromMs(this.#reader), timeline.fineFromMs(nowMs))
    const fromMs = Math.min(this.#lastMs, changedFromMs)
    const text = this.#text(this.#tickOf(fromMs, nowMs, this.#changed()))
    this.#lastMs = nowMs
    for (const stream of this.#streams) stream.offer(text, nowMs)
  }

  /** Incidents that something has happened to, or that have more records, since this was asked last. */
  #changed(): Incident[] {
    const changed = this.#happenedSince(this.#lastEventId)
    this.#lastEventId = this.#incidents.newestEventId
    const before = this.#open
    this.#open = new Map()
    for (const incident of this.#nowOpen()) {
      this.#open.set(incident.id, incident.records)
      if (before.get(incident.id) !== incident.records) changed.set(incident.id, incident)
    }
    return [...changed.values()]
  }

  #happenedSince(eventId: string): Map<string, Incident> {
    const { origin } = this.#subject
    const events = this.#incidents.eventsSince(eventId).filter(({ incident }) => isOf(incident, origin))
    return new Map(events.map(({ incident }) => [incident.id, incident]))
  }

  #nowOpen(): Incident[] {
    return this.#incidents.list({ open: true, ...this.#subject.origin })
  }

  /** All that came after an id, and every open incident, as one event. */
  #since(id: number): string {
    const { nowMs, timeline } = this.#subject.activity
    const changed = new Map(this.#nowOpen().map((incident) => [incident.id, incident]))
    for (const [key, incident] of this.#happenedSince(idBound(id))) changed.set(key, incident)
    const fromMs = Math.min(Math.max(id, timeline.fineFromMs(nowMs)), nowMs)
    return this.#text(this.#tickOf(fromMs, nowMs, [...changed.values()]))
  }

  #tickOf(fromMs: number, nowMs: number, incidents: Incident[]): Tick {
    const newest = incidents.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, INCIDENTS_TOLD)
    const { timeline } = this.#subject.activity
    return {
      now: Math.floor(nowMs),
      status: this.#status.read(),
      // A clock may go back.
      timeline: timeline.columns({ fromMs: Math.min(fromMs, nowMs), toMs: nowMs, stepMs: LEAST_STEP_MS }),
      incidents: newest,
    }
  }

  #text(tick: Tick): string {
    return `id: ${tick.now}\nevent: tick\ndata: ${JSON.stringify(tick)}\n\n`
  }
}

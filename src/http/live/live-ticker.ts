import { LEAST_STEP_MS } from '../../activity/timeline.js'
import type { Incident } from '../../alerts/incident.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import type { Sentinel } from '../../sentinel.js'
import { idBound } from '../../text/time-id.js'
import type { Tick } from '../schemas/live.js'
import { LiveStream } from './live-stream.js'
import { StatusReader } from './status.js'

const TICK_MS = 1000
const INCIDENTS_TOLD = 20

/**
 * Tells clients once a second how things stand. What is told is worked out and written as text once for all of them,
 * whatever the load, and not at all while nobody listens.
 */
export class LiveTicker {
  readonly #sentinel: Sentinel
  readonly #status: StatusReader
  readonly #streams = new Set<LiveStream>()
  readonly #tickMs: number
  #timer: NodeJS.Timeout | null = null
  #lastMs = 0
  #lastEventId = ''
  /** Records of each incident that was open at the last tick. */
  #open = new Map<string, number>()

  constructor(sentinel: Sentinel, tickMs = TICK_MS, fleet: FleetFigures | null = null) {
    this.#sentinel = sentinel
    this.#status = new StatusReader(sentinel, fleet)
    this.#tickMs = tickMs
  }

  /** Clients that listen now. */
  get listeners(): number {
    return this.#streams.size
  }

  /** A stream that begins with how things stand. @param after the id of the last event that the client has */
  open(after?: number): LiveStream {
    const { nowMs } = this.#sentinel.activity
    const first = after === undefined ? this.#text(this.#tickOf(nowMs, nowMs, [])) : this.#since(after)
    const stream = new LiveStream(first, nowMs, (id) => this.#since(id))
    this.#streams.add(stream)
    stream.once('close', () => {
      this.#streams.delete(stream)
      if (this.#streams.size === 0) this.#rest()
    })
    if (this.#timer === null) this.#begin()
    return stream
  }

  /** Ends all streams. */
  finish(): void {
    this.#rest()
    for (const stream of this.#streams) stream.finish()
  }

  close(): void {
    this.#rest()
    this.#status.close()
  }

  #begin(): void {
    const { nowMs, timeline } = this.#sentinel.activity
    this.#lastMs = nowMs
    timeline.takeChangedFromMs()
    this.#lastEventId = this.#sentinel.incidents.newestEventId
    this.#changed()
    this.#timer = setInterval(() => this.#tick(), this.#tickMs)
    this.#timer.unref()
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #tick(): void {
    const { nowMs, timeline } = this.#sentinel.activity
    // Records of a batch may be of some time ago.
    const changedFromMs = Math.max(timeline.takeChangedFromMs(), timeline.fineFromMs(nowMs))
    const fromMs = Math.min(this.#lastMs, changedFromMs)
    const text = this.#text(this.#tickOf(fromMs, nowMs, this.#changed()))
    this.#lastMs = nowMs
    for (const stream of this.#streams) stream.offer(text, nowMs)
  }

  /** Incidents that something has happened to, or that have more records, since this was asked last. */
  #changed(): Incident[] {
    const { incidents } = this.#sentinel
    const changed = new Map<string, Incident>()
    for (const { incident } of incidents.eventsSince(this.#lastEventId)) changed.set(incident.id, incident)
    this.#lastEventId = incidents.newestEventId
    const before = this.#open
    this.#open = new Map()
    for (const incident of incidents.list({ open: true })) {
      this.#open.set(incident.id, incident.records)
      if (before.get(incident.id) !== incident.records) changed.set(incident.id, incident)
    }
    return [...changed.values()]
  }

  /** All that came after an id, and every open incident, as one event. */
  #since(id: number): string {
    const { activity, incidents } = this.#sentinel
    const { nowMs, timeline } = activity
    const changed = new Map<string, Incident>()
    for (const incident of incidents.list({ open: true })) changed.set(incident.id, incident)
    for (const { incident } of incidents.eventsSince(idBound(id))) changed.set(incident.id, incident)
    const fromMs = Math.min(Math.max(id, timeline.fineFromMs(nowMs)), nowMs)
    return this.#text(this.#tickOf(fromMs, nowMs, [...changed.values()]))
  }

  #tickOf(fromMs: number, nowMs: number, incidents: Incident[]): Tick {
    const newest = incidents.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, INCIDENTS_TOLD)
    const { timeline } = this.#sentinel.activity
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

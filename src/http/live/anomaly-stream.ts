import { Readable } from 'node:stream'
import type { IncidentEvent } from '../../alerts/incidents/incident-event.js'
import type { IncidentLog } from '../../alerts/incidents/incident-log.js'
import type { Anomaly, AnomalySummary } from '../../anomalies/anomaly.js'
import { type AnomalyEvent, type AnomalyLog, summaryOf } from '../../anomalies/anomaly-log.js'

const HEARTBEATS_A_CLIENT_MAY_MISS = 2
const RETRY_MS = 3_000
const CLOSE_WITHIN_MS = 1_000

export interface AnomalyStreamOptions {
  readonly log: AnomalyLog
  /** Their events have ids of the same order. */
  readonly incidents: IncidentLog
  /** Begin after the event with this id; default: with the next event. */
  readonly after?: string | undefined
  readonly heartbeatMs: number
}

/** Something that is yet to be written: an anomaly, or the last change of an incident. */
type Missing = Anomaly | IncidentEvent

/**
 * Both logs as server-sent events, in the order of their ids. The stream remembers only the last id that it wrote and
 * reads on in the logs from there, so that a slow client never costs more than one buffer. A client that falls behind
 * gets the last change only of each incident; when it falls behind by more than a log holds, it loses the oldest. One
 * that takes nothing for two heartbeats is disconnected, and can resume by its last id.
 */
export class AnomalyStream extends Readable {
  readonly #log: AnomalyLog
  readonly #incidents: IncidentLog
  readonly #heartbeat: NodeJS.Timeout
  readonly #unsubscribe: readonly (() => void)[]
  #lastId: string
  /** Whether the client takes more. */
  #wanted = false
  /** Whether the logs hold events that were not written yet. */
  #behind: boolean
  #missedHeartbeats = 0

  constructor({ log, incidents, after, heartbeatMs }: AnomalyStreamOptions) {
    super({ encoding: 'utf8' })
    this.#log = log
    this.#incidents = incidents
    const newestId = later(log.newestId, incidents.newestEventId)
    this.#lastId = after ?? newestId
    this.#behind = this.#lastId < newestId
    this.#unsubscribe = [
      log.subscribe((event) => this.#onAnomaly(event)),
      incidents.subscribe((event) => this.#onNews(event)),
    ]
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs)
    this.#heartbeat.unref()
    this.#wanted = this.push(`retry: ${RETRY_MS}\n\n`)
  }

  /** Ends the response; whatever the client does not take within a second is dropped. */
  finish(): void {
    this.#stop()
    if (!this.#wanted) {
      this.destroy()
      return
    }
    this.push(null)
    setTimeout(() => this.destroy(), CLOSE_WITHIN_MS).unref()
  }

  override _read(): void {
    this.#wanted = true
    this.#missedHeartbeats = 0
    if (this.#behind) this.#catchUp()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stop()
    callback(error)
  }

  #onAnomaly({ kind, anomaly }: AnomalyEvent): void {
    if (kind === 'logged') this.#onNews(anomaly)
    else if (this.#wanted && anomaly.id <= this.#lastId) {
      // Sent without an id: a client resumes after an anomaly, and what it is sent then carries its explanation.
      const { id, explanation } = anomaly
      this.#wanted = this.push(eventText('explanation', { id, explanation }))
    }
  }

  #onNews(event: Missing): void {
    if (this.#wanted && !this.#behind) this.#write(event)
    else this.#behind = true
  }

  #catchUp(): void {
    const missing: Missing[] = [
      ...this.#log.list({ since: this.#lastId }),
      ...this.#incidents.eventsSince(this.#lastId),
    ].sort((a, b) => (a.id < b.id ? 1 : -1))
    while (this.#wanted) {
      const event = missing.pop()
      if (event === undefined) {
        this.#behind = false
        return
      }
      this.#write(event)
    }
  }

  #write(event: Missing): void {
    this.#lastId = event.id
    const text =
      'change' in event
        ? eventText('incident', { change: event.change, incident: event.incident }, event.id)
        : eventText('anomaly', summaryOf(event), event.id)
    this.#wanted = this.push(text)
  }

  #beat(): void {
    if (this.#wanted) {
      this.#wanted = this.push(': heartbeat\n\n')
    } else if (++this.#missedHeartbeats >= HEARTBEATS_A_CLIENT_MAY_MISS) {
      this.destroy()
    }
  }

  #stop(): void {
    clearInterval(this.#heartbeat)
    for (const leave of this.#unsubscribe) leave()
  }
}

type EventData = {
  anomaly: AnomalySummary
  explanation: Pick<AnomalySummary, 'id' | 'explanation'>
  incident: Pick<IncidentEvent, 'change' | 'incident'>
}

function eventText<Name extends keyof EventData>(event: Name, data: EventData[Name], id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function later(a: string, b: string): string {
  return a > b ? a : b
}

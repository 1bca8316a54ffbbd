import { Readable } from 'node:stream'
import type { Anomaly, AnomalySummary } from '../anomalies/anomaly.js'
import { type AnomalyEvent, type AnomalyLog, summaryOf } from '../anomalies/anomaly-log.js'

const HEARTBEATS_A_CLIENT_MAY_MISS = 2
const RETRY_MS = 3_000
const CLOSE_WITHIN_MS = 1_000

export interface AnomalyStreamOptions {
  readonly log: AnomalyLog
  /** Begin after this id; default: with the next anomaly. */
  readonly after?: string | undefined
  readonly heartbeatMs: number
}

/**
 * The log as server-sent events. The stream remembers only the last id that it wrote and reads on in the log from
 * there, so that a slow client never costs more than one buffer. A client that falls behind by more than the log holds loses
 * the oldest anomalies. One that takes nothing for two heartbeats is disconnected, and can resume by its last id.
 */
export class AnomalyStream extends Readable {
  readonly #log: AnomalyLog
  readonly #heartbeat: NodeJS.Timeout
  readonly #unsubscribe: () => void
  #lastId: string
  /** Whether the client takes more. */
  #wanted = false
  /** Whether the log holds anomalies that were not written yet. */
  #behind: boolean
  #missedHeartbeats = 0

  constructor({ log, after, heartbeatMs }: AnomalyStreamOptions) {
    super({ encoding: 'utf8' })
    this.#log = log
    this.#lastId = after ?? log.newestId
    this.#behind = this.#lastId < log.newestId
    this.#unsubscribe = log.subscribe((event) => this.#onEvent(event))
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

  #onEvent({ kind, anomaly }: AnomalyEvent): void {
    if (kind === 'logged') {
      if (this.#wanted && !this.#behind) this.#write(anomaly)
      else this.#behind = true
    } else if (this.#wanted && anomaly.id <= this.#lastId) {
      // Sent without an id: a client resumes after an anomaly, and what it is sent then carries its explanation.
      const { id, explanation } = anomaly
      this.#wanted = this.push(eventText('explanation', { id, explanation }))
    }
  }

  #catchUp(): void {
    const missing = this.#log.list({ since: this.#lastId })
    while (this.#wanted) {
      const anomaly = missing.pop()
      if (anomaly === undefined) {
        this.#behind = false
        return
      }
      this.#write(anomaly)
    }
  }

  #write(anomaly: Anomaly): void {
    this.#lastId = anomaly.id
    this.#wanted = this.push(eventText('anomaly', summaryOf(anomaly), anomaly.id))
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
    this.#unsubscribe()
  }
}

function eventText(
  event: 'anomaly' | 'explanation',
  data: AnomalySummary | Pick<AnomalySummary, 'id' | 'explanation'>,
  id?: string,
): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

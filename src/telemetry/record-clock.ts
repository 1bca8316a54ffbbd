import type { Telemetry } from './record.js'

/** From a record to the next where they do not say when they came: fifty a second. */
const UNTIMED_GAP_MS = 20
/** Unix times above these are milliseconds, microseconds and nanoseconds: in seconds they lie beyond the year 5000. */
const MS_ABOVE = 1e11
const MICROSECONDS_ABOVE = 1e14
const NANOSECONDS_ABOVE = 1e17
/** What JavaScript's dates reach. */
const LATEST_MS = 8.64e15

/**
 * When a record says that it came, in milliseconds since 1970: ISO 8601 text, or a Unix time in seconds,
 * milliseconds, microseconds or nanoseconds. Null where it says nothing that can be read.
 */
export function recordTimeMs(timestamp: Telemetry['timestamp']): number | null {
  if (timestamp === undefined) return null
  const ms = typeof timestamp === 'number' ? unixMs(timestamp) : textMs(timestamp)
  return ms >= 0 && ms <= LATEST_MS ? ms : null
}

function textMs(text: string): number {
  const trimmed = text.trim()
  return /^\d+(?:\.\d+)?$/.test(trimmed) ? unixMs(Number(trimmed)) : Date.parse(trimmed)
}

function unixMs(time: number): number {
  if (time < MS_ABOVE) return time * 1000
  if (time < MICROSECONDS_ABOVE) return time
  return time / (time < NANOSECONDS_ABOVE ? 1e3 : 1e6)
}

/**
 * Time as the records tell it, so that a replay does not depend on its pace: what a record says, never going back; 20 ms
 * after the one before where it says nothing.
 */
export class RecordClock {
  #nowMs = 0
  readonly #latestMs: () => number

  /** @param latestMs beyond which no record is believed */
  constructor(latestMs: () => number = () => Number.POSITIVE_INFINITY) {
    this.#latestMs = latestMs
  }

  /** Milliseconds since 1970 of the record seen last. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** @param timestamp what the record says of when it came */
  see(timestamp: Telemetry['timestamp']): void {
    this.#nowMs = this.ahead(timestamp)
  }

  /** What the time would be once such a record was seen. */
  ahead(timestamp: Telemetry['timestamp']): number {
    const toldMs = recordTimeMs(timestamp) ?? this.#nowMs + UNTIMED_GAP_MS
    return Math.max(this.#nowMs, Math.min(toldMs, this.#latestMs()))
  }

  capture(): number {
    return this.#nowMs
  }

  restore(nowMs: number): void {
    this.#nowMs = nowMs
  }
}

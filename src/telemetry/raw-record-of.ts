import type { RawRecord } from './raw-record.js'
import type { Telemetry } from './record.js'
import { recordTimeMs } from './record-clock.js'
import { traceIdOf } from './trace-context.js'

const TIME = /^[\dT:.+Z -]{1,40}$/

/**
 * What is kept of a record.
 * @param traceparent of the request that brought the record; the record's own counts before it
 */
export function rawRecordOf(record: Telemetry, traceparent?: string): RawRecord {
  const { latency, input_length, errors, timestamp } = record
  return {
    latency,
    input_length,
    errors,
    timestamp: shownTime(timestamp),
    trace_id: traceIdOf(record.traceparent) ?? traceIdOf(traceparent),
  }
}

/** A time in the client's own words where these are one, else as ISO 8601: what is no time may be anything. */
export function shownTime(timestamp: Telemetry['timestamp']): string | number | null {
  const ms = recordTimeMs(timestamp)
  if (ms === null || timestamp === undefined) return null
  return typeof timestamp === 'number' || TIME.test(timestamp) ? timestamp : new Date(ms).toISOString()
}

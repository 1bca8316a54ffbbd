import { type Static, Type } from '@sinclair/typebox'
import type { Telemetry } from './record.js'
import { recordTimeMs } from './record-clock.js'
import { traceIdOf } from './trace-context.js'

/** What a client reported, as anomalies keep it: the raw values, and nothing of who made the request. */
export const RawRecord = Type.Object(
  {
    latency: Type.Number(),
    input_length: Type.Number(),
    errors: Type.Number(),
    timestamp: Type.Union([Type.String(), Type.Number(), Type.Null()], {
      description:
        'When the request was made, as the client said it; null where it said nothing that is a time.',
    }),
    trace_id: Type.Union([Type.String(), Type.Null()], {
      description: 'Trace of the request, from `traceparent`, as field or header; null without one.',
    }),
  },
  {
    description:
      'The record as it was reported, without route and user; anomalies of an older state lack it.',
  },
)
export type RawRecord = Static<typeof RawRecord>

const TIME = /^[\dT:.+Z -]{1,40}$/

/** @param traceparent of the request that brought the record; the record's own counts before it */
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
function shownTime(timestamp: Telemetry['timestamp']): string | number | null {
  const ms = recordTimeMs(timestamp)
  if (ms === null || timestamp === undefined) return null
  return typeof timestamp === 'number' || TIME.test(timestamp) ? timestamp : new Date(ms).toISOString()
}

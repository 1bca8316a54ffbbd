import type { Action } from '../../alerts/incident.js'
import type { Telemetry } from '../../telemetry/record.js'
import { routeName } from '../../telemetry/route-name.js'
import { plainText } from '../../text/plain-text.js'
import type { AlertForm } from './options.js'

const REASON_CHARS = 500

/** A record that somebody is to hear of, and why. */
export interface WatchAlert {
  readonly file: string
  readonly record: Telemetry
  readonly action: Action
  readonly reason: string
  readonly confidence: number
  /** Under which the sentinel that judged it knows it; null where it was judged here. */
  readonly id: string | null
}

/** As it is printed, on one line. */
export function alertLine(alert: WatchAlert, form: AlertForm): string {
  return `${form === 'ndjson' ? ndjson(alert) : text(alert)}\n`
}

function text({ record, action, reason }: WatchAlert): string {
  const time = record.timestamp === undefined ? new Date().toISOString() : String(record.timestamp)
  const { latency, input_length, errors } = record
  const values = `latency ${Number(latency.toPrecision(4))} ms, size ${input_length}, errors ${errors}`
  const where = routeName(record.route) || '(no route)'
  return `${plainText(time, 40)}  ${action.padEnd(8)}  ${where}  ${values}  ${plainText(reason, REASON_CHARS)}`
}

function ndjson({ file, record, action, reason, confidence, id }: WatchAlert): string {
  const { latency, input_length, errors, route, timestamp, traceparent } = record
  return JSON.stringify({
    timestamp: timestamp ?? new Date().toISOString(),
    file,
    status: 'THREAT_DETECTED',
    action,
    reason,
    confidence,
    ...(id !== null && { id }),
    route,
    latency,
    input_length,
    errors,
    traceparent,
  })
}

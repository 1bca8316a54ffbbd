import type { Action } from '../../alerts/incidents/incident.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { Telemetry, TelemetryRecord } from '../../telemetry/record.js'
import { routeName } from '../../telemetry/route-name.js'
import { plainText } from '../../text/plain-text.js'
import type { AlertForm } from './options.js'

const REASON_CHARS = 500

/** A record that somebody is to hear of, and why. */
export interface WatchAlert {
  readonly file: string
  readonly record: TelemetryRecord
  readonly action: Action
  readonly reason: string
  readonly confidence: number
  /** Under which the sentinel that judged it knows it; null where it was judged here. */
  readonly id: string | null
}

/** As it is printed, on one line. */
export function alertLine(
  alert: WatchAlert,
  form: AlertForm,
  telemetry: TelemetryModel = REQUEST_TELEMETRY,
): string {
  return `${form === 'ndjson' ? ndjson(alert, telemetry) : text(alert, telemetry)}\n`
}

function text({ record, action, reason }: WatchAlert, telemetry: TelemetryModel): string {
  const time = String(telemetry.timestampOf(record) ?? new Date().toISOString())
  const values =
    telemetry === REQUEST_TELEMETRY ? requestText(record as Telemetry) : valuesText(record, telemetry)
  const where = routeName(telemetry.routeOf(record)) || '(no route)'
  return `${plainText(time, 40)}  ${action.padEnd(8)}  ${where}  ${values}  ${plainText(reason, REASON_CHARS)}`
}

function requestText({ latency, input_length, errors }: Telemetry): string {
  return `latency ${Number(latency.toPrecision(4))} ms, size ${input_length}, errors ${errors}`
}

function valuesText(record: TelemetryRecord, { features }: TelemetryModel): string {
  return features
    .map((feature) => {
      const value = feature.extract(record)
      const unit = feature.unit === 'count' ? '' : ` ${feature.unit}`
      return `${feature.name} ${Number.isNaN(value) ? '-' : `${Number(value.toPrecision(4))}${unit}`}`
    })
    .join(', ')
}

/** The values of a record, and what says which it was. */
function factsOf(record: TelemetryRecord, telemetry: TelemetryModel): object {
  if (telemetry !== REQUEST_TELEMETRY) {
    const { timestamp: _, ...values } = telemetry.rawOf(record)
    return { route: telemetry.routeOf(record), ...values }
  }
  const { latency, input_length, errors, route, traceparent } = record as Telemetry
  return { route, latency, input_length, errors, traceparent }
}

function ndjson(
  { file, record, action, reason, confidence, id }: WatchAlert,
  telemetry: TelemetryModel,
): string {
  return JSON.stringify({
    timestamp: telemetry.timestampOf(record) ?? new Date().toISOString(),
    file,
    status: 'THREAT_DETECTED',
    action,
    reason,
    confidence,
    ...(id !== null && { id }),
    ...factsOf(record, telemetry),
  })
}

import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { Telemetry, TelemetryRecord } from '../../telemetry/record.js'
import { USED_ATTRIBUTES } from '../../telemetry/span/conventions.js'
import type { OtlpSpan } from './otlp-span.js'

/** The attributes that records of spans are made of: those of the conventions, and those that a telemetry declares. */
export function attributesOf({ fields }: TelemetryModel): ReadonlySet<string> {
  const declared = fields.get('attributes')
  return declared == null ? USED_ATTRIBUTES : new Set([...USED_ATTRIBUTES, ...declared.keys()])
}

/**
 * The record of a span with the fields that a telemetry reads: what is made of any span (`/latency`, `/input_length`,
 * `/errors`, `/route`, `/traceparent`, `/timestamp`), its `/name`, `/service` and `/attributes`.
 */
export function declaredRecordOf(
  telemetry: TelemetryModel,
  request: Telemetry,
  { name, attributes }: OtlpSpan,
  service: string | undefined,
): TelemetryRecord {
  if (telemetry === REQUEST_TELEMETRY) return request
  const facts = Object.entries({ ...request, name, service, attributes: wanted(telemetry, attributes) })
  return Object.fromEntries(facts.filter(([key, value]) => value !== undefined && telemetry.fields.has(key)))
}

/** Nobody is told of attributes that are ignored: instrumentations have dozens. */
function wanted({ fields }: TelemetryModel, attributes: OtlpSpan['attributes']): object {
  const declared = fields.get('attributes')
  if (declared == null) return attributes
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => declared.has(name)))
}

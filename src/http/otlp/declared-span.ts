import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { Telemetry, TelemetryRecord } from '../../telemetry/record.js'
import type { OtlpSpan } from './otlp-span.js'

/** The attributes that a telemetry declares to be made of; null where there are none. */
export function declaredAttributes({ fields }: TelemetryModel): ReadonlySet<string> | null {
  const declared = fields.get('attributes')
  return declared == null ? null : new Set(declared.keys())
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
  const facts = Object.entries({ ...request, name, service, attributes: attributes ?? undefined })
  return Object.fromEntries(facts.filter(([key, value]) => value !== undefined && telemetry.fields.has(key)))
}

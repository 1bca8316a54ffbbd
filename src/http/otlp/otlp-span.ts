import type { Telemetry } from '../../telemetry/record.js'
import type { SpanFacts, SpanRecords } from '../../telemetry/span/span-record.js'
import type { Attributes } from '../../telemetry/span/stated-facts.js'

/** Of `Span.SpanKind`: https://github.com/open-telemetry/opentelemetry-proto, trace.proto. */
const SERVER = 2
const CONSUMER = 5
/** Of `Status.StatusCode`. */
export const STATUS_ERROR = 2

/** Attribute of a resource that says whose spans it has. */
export const SERVICE_NAME = 'service.name'
/** What SDKs say where nobody gave a name: `unknown_service:node`. */
const UNNAMED = 'unknown_service'

/** What is used of a span of OTLP, of either encoding. */
export interface OtlpSpan extends SpanFacts {
  /** When it ended, in milliseconds since 1970. */
  readonly endMs: number
  /** The attributes that a telemetry declares; null where it declares none. */
  readonly attributes: Attributes | null
}

/** Whether it is work that somebody asked a service for. */
export function isJudged(kind: number): boolean {
  return kind === SERVER || kind === CONSUMER
}

/** The service as it stands before the route; undefined where it has no name. */
export function serviceNamed(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' && !name.startsWith(UNNAMED) ? name : undefined
}

/**
 * The telemetry record of a server's or a consumer's span.
 * @throws Error saying what is wrong with it
 */
export function recordOfSpan(span: OtlpSpan, service: string | undefined, records: SpanRecords): Telemetry {
  if (!(span.latencyMs >= 0)) throw new Error(`span ${JSON.stringify(span.name)} ends before it starts`)
  const record = records.recordOf(span, service)
  record.timestamp = span.endMs
  return record
}

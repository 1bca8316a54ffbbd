import { EXCEPTION_EVENT } from '../../telemetry/span/conventions.js'
import type { Attributes, AttributeValue } from '../../telemetry/span/span-record.js'
import { ApiError } from '../errors/error-codes.js'
import { isJudged, type OtlpSpan, SERVICE_NAME, serviceNamed } from './otlp-span.js'

/** Names that some senders write in place of the numbers. */
const KINDS: Readonly<Record<string, number>> = { SPAN_KIND_SERVER: 2, SPAN_KIND_CONSUMER: 5 }
const STATUSES: Readonly<Record<string, number>> = { STATUS_CODE_ERROR: 2 }

/** One span as it stands in the JSON, and the service of its resource. */
export interface JsonSpan {
  readonly span: unknown
  readonly service: string | undefined
}

/**
 * The spans of an `ExportTraceServiceRequest` in OTLP's JSON.
 * @throws ApiError where it is none
 */
export function jsonSpansOf(request: unknown): JsonSpan[] {
  return listOf(request, 'resourceSpans').flatMap((resourceSpans) => {
    const service = serviceNamed(attributesOf((resourceSpans as Part | null)?.resource)[SERVICE_NAME])
    return listOf(resourceSpans, 'scopeSpans').flatMap((scopeSpans) =>
      listOf(scopeSpans, 'spans').map((span) => ({ span, service })),
    )
  })
}

/**
 * Reads one span.
 * @returns null for one that is nobody's to judge
 * @throws Error where it is no span
 */
export function readJsonSpan(value: unknown): OtlpSpan | null {
  if (typeof value !== 'object' || value === null) throw new Error('a span must be an object')
  const span = value as Part
  if (!isJudged(numberOf(span.kind, KINDS))) return null
  const [start, end] = [nanosecondsOf(span.startTimeUnixNano), nanosecondsOf(span.endTimeUnixNano)]
  return {
    name: String(span.name ?? ''),
    traceId: String(span.traceId ?? '').toLowerCase(),
    spanId: String(span.spanId ?? '').toLowerCase(),
    endMs: Number(end) / 1e6,
    latencyMs: Number(end - start) / 1e6,
    attributes: attributesOf(span),
    statusCode: numberOf((span.status as Part | undefined)?.code, STATUSES),
    threw: Array.isArray(span.events) && span.events.some(isException),
  }
}

type Part = Readonly<Record<string, unknown>>

/** A list that may be left out. @throws ApiError where something else stands there */
function listOf(part: unknown, name: string): unknown[] {
  const list = typeof part === 'object' && part !== null ? ((part as Part)[name] ?? []) : null
  if (Array.isArray(list)) return list
  throw new ApiError(
    'SENTINEL_INVALID_BODY',
    `the body is no ExportTraceServiceRequest: ${name} must be a list`,
  )
}

function isException(event: unknown): boolean {
  return (event as Part | null)?.name === EXCEPTION_EVENT
}

function numberOf(value: unknown, names: Readonly<Record<string, number>>): number {
  return typeof value === 'string' ? (names[value] ?? Number(value)) : Number(value ?? 0)
}

/** JSON has 64-bit numbers as text. */
function nanosecondsOf(value: unknown): bigint {
  return BigInt((value as string | number | undefined) ?? 0)
}

function attributesOf(part: unknown): Attributes {
  const attributes: Record<string, AttributeValue> = Object.create(null)
  const list = (part as Part | null | undefined)?.attributes
  if (Array.isArray(list))
    for (const entry of list as (Part | null)[])
      if (typeof entry?.key === 'string') attributes[entry.key] = attributeValue(entry.value as Part)
  return attributes
}

function attributeValue(value: Part | null | undefined): AttributeValue {
  if (value == null) return undefined
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined || doubleValue !== undefined) return Number(intValue ?? doubleValue)
  const values = (arrayValue as Part | undefined)?.values
  return Array.isArray(values) ? values.map((each) => attributeValue(each as Part)) : undefined
}

import { EXCEPTION_EVENT, USED_ATTRIBUTES } from '../../telemetry/span/conventions.js'
import type { AttributeValue } from '../../telemetry/span/span-record.js'
import { MessageReader, millisecondsOf } from './message-reader.js'
import { isJudged, type OtlpSpan, SERVICE_NAME, serviceNamed } from './otlp-span.js'
import type { SpanIndex } from './span-index.js'

/** Field numbers, by message: https://github.com/open-telemetry/opentelemetry-proto, version 1. */
const REQUEST = { resourceSpans: 1 } as const
const RESOURCE_SPANS = { resource: 1, scopeSpans: 2 } as const
const RESOURCE = { attributes: 1 } as const
const SCOPE_SPANS = { spans: 2 } as const
const SPAN = {
  traceId: 1,
  spanId: 2,
  name: 5,
  kind: 6,
  start: 7,
  end: 8,
  attributes: 9,
  events: 11,
  status: 15,
} as const
const STATUS = { code: 3 } as const
const EVENT = { name: 2 } as const
const KEY_VALUE = { key: 1, value: 2 } as const
const ANY_VALUE = { text: 1, truth: 2, integer: 3, double: 4, list: 5 } as const
const LIST = { values: 1 } as const

const SERVICE_ONLY: ReadonlySet<string> = new Set([SERVICE_NAME])
/** Lists within lists are nothing that is used. */
const LIST_DEPTH = 1

/**
 * Finds the spans of an `ExportTraceServiceRequest`, without reading them: yields after each resource, so that whoever
 * waits for the event loop may have it.
 * @throws RangeError where the bytes are no such message
 */
export function* indexProtobuf(bytes: Buffer, index: SpanIndex): Generator<void> {
  const reader = new MessageReader(bytes)
  for (let field = reader.next(bytes.length); field !== 0; field = reader.next(bytes.length)) {
    if (field !== REQUEST.resourceSpans) continue
    indexResource(reader, reader.enter(bytes.length), index)
    yield
  }
}

function indexResource(reader: MessageReader, end: number, index: SpanIndex): void {
  let service: string | undefined
  const from = index.size
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === RESOURCE_SPANS.resource) service = serviceOf(reader, reader.enter(end))
    else if (field === RESOURCE_SPANS.scopeSpans) indexScope(reader, reader.enter(end), index)
  }
  // The resource may stand behind its spans.
  index.nameFrom(from, service)
}

function indexScope(reader: MessageReader, end: number, index: SpanIndex): void {
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field !== SCOPE_SPANS.spans) continue
    const inner = reader.enter(end)
    index.push(reader.at, inner)
    reader.moveTo(inner)
  }
}

function serviceOf(reader: MessageReader, end: number): string | undefined {
  const attributes: Record<string, AttributeValue> = {}
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === RESOURCE.attributes) readAttribute(reader, reader.enter(end), SERVICE_ONLY, attributes)
  return serviceNamed(attributes[SERVICE_NAME])
}

/**
 * Reads one span.
 * @param wanted names of the attributes that are read
 * @returns null for one that is nobody's to judge
 * @throws RangeError where the bytes are no span
 */
export function readProtobufSpan(
  bytes: Buffer,
  from: number,
  end: number,
  wanted: ReadonlySet<string> = USED_ATTRIBUTES,
): OtlpSpan | null {
  const reader = new MessageReader(bytes)
  reader.moveTo(from)
  const attributes: Record<string, AttributeValue> = {}
  let [traceId, spanId, name, kind, statusCode, threw] = ['', '', '', 0, 0, false]
  let start = { upper: 0, lower: 0 }
  let ended = start
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === SPAN.traceId) traceId = reader.hex(end)
    else if (field === SPAN.spanId) spanId = reader.hex(end)
    else if (field === SPAN.name) name = reader.text(end)
    else if (field === SPAN.kind) {
      kind = reader.integer()
      if (!isJudged(kind)) return null
    } else if (field === SPAN.start) start = reader.nanoseconds()
    else if (field === SPAN.end) ended = reader.nanoseconds()
    else if (field === SPAN.attributes) readAttribute(reader, reader.enter(end), wanted, attributes)
    else if (field === SPAN.events) threw = isException(reader, reader.enter(end)) || threw
    else if (field === SPAN.status) statusCode = statusOf(reader, reader.enter(end))
  }
  if (!isJudged(kind)) return null
  return {
    name,
    traceId,
    spanId,
    endMs: millisecondsOf(ended.upper, ended.lower),
    latencyMs: millisecondsOf(ended.upper - start.upper, ended.lower - start.lower),
    attributes,
    statusCode,
    threw,
  }
}

function isException(reader: MessageReader, end: number): boolean {
  let is = false
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === EVENT.name) is = reader.text(end) === EXCEPTION_EVENT
  return is
}

function statusOf(reader: MessageReader, end: number): number {
  let code = 0
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === STATUS.code) code = reader.integer()
  return code
}

/** Keeps an attribute where its name is one of those that are wanted. */
function readAttribute(
  reader: MessageReader,
  end: number,
  wanted: ReadonlySet<string>,
  attributes: Record<string, AttributeValue>,
): void {
  let key = ''
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === KEY_VALUE.key) {
      key = reader.text(end)
      if (!wanted.has(key)) {
        reader.moveTo(end)
        return
      }
    } else if (field === KEY_VALUE.value) {
      attributes[key] = readValue(reader, reader.enter(end), 0)
    }
  }
}

function readValue(reader: MessageReader, end: number, depth: number): AttributeValue {
  let value: AttributeValue
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === ANY_VALUE.text) value = reader.text(end)
    else if (field === ANY_VALUE.truth) value = reader.integer() !== 0
    else if (field === ANY_VALUE.integer) value = reader.integer()
    else if (field === ANY_VALUE.double) value = reader.double()
    else if (field === ANY_VALUE.list && depth < LIST_DEPTH)
      value = readList(reader, reader.enter(end), depth)
  }
  return value
}

function readList(reader: MessageReader, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === LIST.values) values.push(readValue(reader, reader.enter(end), depth + 1))
  return values
}

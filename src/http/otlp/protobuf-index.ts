import type { AttributeValue } from '../../telemetry/span/stated-facts.js'
import type { MessageReader } from './message-reader.js'
import { REQUEST, RESOURCE, RESOURCE_SPANS, SCOPE_SPANS } from './otlp-fields.js'
import { SERVICE_NAME, serviceNamed } from './otlp-span.js'
import { readAttribute } from './protobuf-value.js'
import type { SpanIndex } from './span-index.js'

/** Spans found in one turn: some 100 µs. */
const SPANS_A_TURN = 2048

/**
 * Finds the spans of an `ExportTraceServiceRequest`, without reading them: yields now and then, so that whoever waits for
 * the event loop may have it.
 * @param length of the request, in bytes
 * @throws RangeError where the bytes are no such message
 */
export function* indexProtobuf(reader: MessageReader, length: number, index: SpanIndex): Generator<void> {
  for (let field = reader.next(length); field !== 0; field = reader.next(length)) {
    if (field !== REQUEST.resourceSpans) continue
    yield* indexResource(reader, reader.enter(length), index)
    yield
  }
}

function* indexResource(reader: MessageReader, end: number, index: SpanIndex): Generator<void> {
  let service: string | undefined
  const from = index.size
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === RESOURCE_SPANS.resource) service = serviceOf(reader, reader.enter(end))
    else if (field === RESOURCE_SPANS.scopeSpans) yield* indexScope(reader, reader.enter(end), index)
  }
  // The resource may stand behind its spans.
  index.nameFrom(from, service)
}

function* indexScope(reader: MessageReader, end: number, index: SpanIndex): Generator<void> {
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field !== SCOPE_SPANS.spans) continue
    const inner = reader.enter(end)
    index.push(reader.at, inner)
    reader.moveTo(inner)
    if (index.size % SPANS_A_TURN === 0) yield
  }
}

function serviceOf(reader: MessageReader, end: number): string | undefined {
  let name: AttributeValue
  const sink = {
    wants: (attribute: string) => attribute === SERVICE_NAME,
    take: (_: string, value: AttributeValue) => {
      name = value
    },
  }
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === RESOURCE.attributes) readAttribute(reader, reader.enter(end), sink)
  return serviceNamed(name)
}

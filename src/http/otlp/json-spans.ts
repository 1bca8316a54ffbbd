import { EXCEPTION_EVENT } from '../../telemetry/span/conventions.js'
import { type AttributeValue, StatedFacts } from '../../telemetry/span/stated-facts.js'
import type { FoundSpans } from './found-spans.js'
import { eachAttribute, type Part, parsedPart } from './json-part.js'
import { isJudged, type OtlpSpan, STATUS_ERROR } from './otlp-span.js'
import { SpanIndex } from './span-index.js'

/** Names that some senders write in place of the numbers. */
const KINDS: Readonly<Record<string, number>> = { SPAN_KIND_SERVER: 2, SPAN_KIND_CONSUMER: 5 }
const STATUSES: Readonly<Record<string, number>> = { STATUS_CODE_ERROR: STATUS_ERROR }

/** The spans of an `ExportTraceServiceRequest` in OTLP's JSON, each parsed by itself. */
export class JsonSpans implements FoundSpans {
  readonly index = new SpanIndex()
  readonly #bytes: Buffer
  readonly #declared: ReadonlySet<string> | null
  readonly #stated = new StatedFacts()

  /** @param declared attributes that are kept by their names */
  constructor(bytes: Buffer, declared: ReadonlySet<string> | null) {
    this.#bytes = bytes
    this.#declared = declared
  }

  read(item: number): OtlpSpan | null {
    const value = parsedPart(this.#bytes, this.index.startOf(item), this.index.endOf(item))
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
      stated: this.#stated,
      attributes: this.#attributesOf(span),
      erred: numberOf((span.status as Part | undefined)?.code, STATUSES) === STATUS_ERROR,
      threw: Array.isArray(span.events) && span.events.some(isException),
    }
  }

  #attributesOf(span: Part): OtlpSpan['attributes'] {
    const [stated, declared] = [this.#stated, this.#declared]
    stated.clear()
    const attributes: Record<string, AttributeValue> | null = declared === null ? null : Object.create(null)
    eachAttribute(span, (name, value) => {
      stated.take(name, value)
      if (attributes !== null && declared?.has(name) === true) attributes[name] = value
    })
    return attributes
  }
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

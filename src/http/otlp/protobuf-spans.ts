import { EXCEPTION_EVENT } from '../../telemetry/span/conventions.js'
import { type AttributeValue, StatedFacts } from '../../telemetry/span/stated-facts.js'
import type { ByteTexts } from './byte-texts.js'
import type { FoundSpans } from './found-spans.js'
import { MessageReader, millisecondsOf } from './message-reader.js'
import { EVENT, SPAN, STATUS } from './otlp-fields.js'
import { isJudged, type OtlpSpan, STATUS_ERROR } from './otlp-span.js'
import { readAttribute } from './protobuf-value.js'
import { SpanIndex } from './span-index.js'

const TRACE_BYTES = 16
const SPAN_BYTES = 8

/**
 * The spans of an `ExportTraceServiceRequest` in protobuf. One walk over the bytes of a span takes what is used and makes
 * nothing of the rest; the object that it fills is the span that is handed out.
 */
export class ProtobufSpans implements FoundSpans, OtlpSpan {
  readonly index = new SpanIndex()
  readonly reader: MessageReader
  readonly stated = new StatedFacts()
  readonly #declared: ReadonlySet<string> | null
  attributes: Record<string, AttributeValue> | null = null
  name = ''
  latencyMs = 0
  endMs = 0
  erred = false
  threw = false
  /** Where its ids stand in the bytes. */
  #trace = 0
  #traceEnd = 0
  #span = 0
  #spanEnd = 0

  /**
   * @param texts that were read before
   * @param declared attributes that are kept by their names
   */
  constructor(bytes: Buffer, texts: ByteTexts, declared: ReadonlySet<string> | null) {
    this.reader = new MessageReader(bytes, texts)
    this.#declared = declared
  }

  /** Empty where it is of another length than it has to be. */
  get traceId(): string {
    return this.#traceEnd - this.#trace === TRACE_BYTES ? this.reader.hex(this.#trace, this.#traceEnd) : ''
  }

  get spanId(): string {
    return this.#spanEnd - this.#span === SPAN_BYTES ? this.reader.hex(this.#span, this.#spanEnd) : ''
  }

  wants(attribute: string): boolean {
    return StatedFacts.takes(attribute) || this.#declared?.has(attribute) === true
  }

  take(attribute: string, value: AttributeValue): void {
    this.stated.take(attribute, value)
    if (this.#declared?.has(attribute) !== true) return
    this.attributes ??= {}
    this.attributes[attribute] = value
  }

  /** @throws RangeError where the bytes are no span */
  read(item: number): OtlpSpan | null {
    const { reader } = this
    const end = this.index.endOf(item)
    reader.moveTo(this.index.startOf(item))
    this.#clear()
    let [kind, startUpper, startLower, endUpper, endLower] = [0, 0, 0, 0, 0]
    for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
      switch (field) {
        case SPAN.traceId:
          this.#trace = reader.pass(end)
          this.#traceEnd = reader.at
          break
        case SPAN.spanId:
          this.#span = reader.pass(end)
          this.#spanEnd = reader.at
          break
        case SPAN.name:
          this.name = reader.text(end)
          break
        case SPAN.kind:
          kind = reader.integer()
          if (!isJudged(kind)) return null
          break
        case SPAN.start:
          startLower = reader.lower()
          startUpper = reader.upper()
          break
        case SPAN.end:
          endLower = reader.lower()
          endUpper = reader.upper()
          break
        case SPAN.attributes:
          readAttribute(reader, reader.enter(end), this)
          break
        case SPAN.events:
          if (isException(reader, reader.enter(end))) this.threw = true
          break
        case SPAN.status:
          this.erred = statusOf(reader, reader.enter(end)) === STATUS_ERROR
      }
    }
    this.endMs = millisecondsOf(endUpper, endLower)
    this.latencyMs = millisecondsOf(endUpper - startUpper, endLower - startLower)
    return isJudged(kind) ? this : null
  }

  #clear(): void {
    this.stated.clear()
    this.attributes = null
    this.name = ''
    this.erred = this.threw = false
    this.#trace = this.#traceEnd = this.#span = this.#spanEnd = 0
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

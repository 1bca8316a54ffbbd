import { nextTurn } from '../../runtime/timers.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { SpanRecords } from '../../telemetry/span/span-record.js'
import type { BatchItem, ItemSource } from '../batch/batch-items.js'
import { ApiError } from '../errors/error-codes.js'
import type { ByteTexts } from './byte-texts.js'
import { declaredAttributes, declaredRecordOf } from './declared-span.js'
import type { FoundSpans } from './found-spans.js'
import { indexJsonSpans } from './json-index.js'
import { JsonSpans } from './json-spans.js'
import { recordOfSpan } from './otlp-span.js'
import { indexProtobuf } from './protobuf-index.js'
import { ProtobufSpans } from './protobuf-spans.js'

/** What records of spans are made with. */
export interface MadeOfSpans {
  readonly records: SpanRecords
  readonly telemetry: TelemetryModel
  /** Those of spans that were read before. */
  readonly texts: ByteTexts
}

/**
 * The records of an `ExportTraceServiceRequest`, one by one as they are taken: of servers' and consumers' spans only.
 * @throws ApiError where the body is none, or holds too many spans: before any is judged
 */
export async function otlpItems(bytes: Buffer, isJson: boolean, made: MadeOfSpans): Promise<ItemSource> {
  const spans = await (isJson ? jsonSpans(bytes, made) : protobufSpans(bytes, made))
  return { size: spans.index.size, read: (item) => itemOf(spans, item, made) }
}

async function jsonSpans(bytes: Buffer, { telemetry }: MadeOfSpans): Promise<FoundSpans> {
  const spans = new JsonSpans(bytes, declaredAttributes(telemetry))
  try {
    for (const _ of indexJsonSpans(bytes, spans.index)) await nextTurn()
  } catch (error) {
    if (error instanceof ApiError) throw error
    const reason = error instanceof SyntaxError ? 'not valid JSON' : (error as Error).message
    throw new ApiError('SENTINEL_INVALID_JSON', `the body is no ExportTraceServiceRequest: ${reason}`)
  }
  return spans
}

async function protobufSpans(bytes: Buffer, { telemetry, texts }: MadeOfSpans): Promise<FoundSpans> {
  const spans = new ProtobufSpans(bytes, texts, declaredAttributes(telemetry))
  try {
    for (const _ of indexProtobuf(spans.reader, bytes.length, spans.index)) await nextTurn()
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('SENTINEL_INVALID_BODY', 'the body is no ExportTraceServiceRequest in protobuf')
  }
  return spans
}

/** One bad span stops none of the others. */
function itemOf(spans: FoundSpans, item: number, { records, telemetry }: MadeOfSpans): BatchItem | null {
  const line = item + 1
  const service = spans.index.serviceOf(item)
  const bytes = spans.index.endOf(item) - spans.index.startOf(item)
  try {
    const span = spans.read(item)
    if (span === null) return null
    const request = recordOfSpan(span, service, records)
    const value =
      telemetry === REQUEST_TELEMETRY ? request : declaredRecordOf(telemetry, request, span, service)
    return { line, value, fault: null, bytes }
  } catch (error) {
    return { line, value: undefined, fault: (error as Error).message, bytes }
  }
}

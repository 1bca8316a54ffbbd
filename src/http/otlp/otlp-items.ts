import { nextTurn } from '../../runtime/timers.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { UsualSizes } from '../../telemetry/usual-sizes.js'
import { jsonBounds } from '../../text/json-bounds.js'
import type { BatchItem } from '../batch/batch-items.js'
import { ApiError } from '../errors/error-codes.js'
import { BATCH_RECORDS_MOST, JSON_DEPTH_MOST } from '../limits.js'
import { tooDeep } from '../plugins/json-body.js'
import { attributesOf, declaredRecordOf } from './declared-span.js'
import { jsonSpansOf, readJsonSpan } from './json-spans.js'
import { type OtlpSpan, recordOfSpan } from './otlp-span.js'
import { indexProtobuf, readProtobufSpan } from './protobuf-spans.js'
import { SpanIndex } from './span-index.js'

/** Most arrays and objects in OTLP's JSON: each costs many times the memory of its two characters. */
const OPENINGS_MOST = 10 * BATCH_RECORDS_MOST

/** What records of spans are made with. */
export interface MadeOfSpans {
  /** What stands in for sizes that spans do not say. */
  readonly sizes: UsualSizes
  readonly telemetry: TelemetryModel
}

/**
 * The records of an `ExportTraceServiceRequest`, one by one as they are taken: of servers' and consumers' spans only.
 * @param sizes what stands in for a size that is missing
 * @throws ApiError where the body is none, or holds too many spans: before any is judged
 */
export async function otlpItems(
  bytes: Buffer,
  isJson: boolean,
  made: MadeOfSpans,
): Promise<Iterable<BatchItem>> {
  if (isJson) return jsonItems(bytes, made)
  const index = new SpanIndex()
  try {
    for (const _ of indexProtobuf(bytes, index)) await nextTurn()
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('SENTINEL_INVALID_BODY', 'the body is no ExportTraceServiceRequest in protobuf')
  }
  return protobufItems(bytes, index, made)
}

function* protobufItems(bytes: Buffer, index: SpanIndex, made: MadeOfSpans): Generator<BatchItem> {
  const wanted = attributesOf(made.telemetry)
  for (let item = 0; item < index.size; item++) {
    const service = index.serviceOf(item)
    const read = () => readProtobufSpan(bytes, index.startOf(item), index.endOf(item), wanted)
    const found = itemOf(item + 1, read, service, made)
    if (found !== null) yield found
  }
}

function* jsonItems(bytes: Buffer, made: MadeOfSpans): Generator<BatchItem> {
  for (const [i, { span, service }] of jsonSpansOf(parsed(bytes)).entries()) {
    const found = itemOf(i + 1, () => readJsonSpan(span), service, made)
    if (found !== null) yield found
  }
}

function parsed(bytes: Buffer): unknown {
  const { depth, objects, arrays } = jsonBounds(bytes)
  if (depth > JSON_DEPTH_MOST) throw tooDeep()
  if (objects + arrays > OPENINGS_MOST)
    throw new ApiError('SENTINEL_BODY_TOO_LARGE', 'the body has too many parts')
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    throw new ApiError('SENTINEL_INVALID_JSON', 'the body is not valid JSON')
  }
}

/** One bad span stops none of the others. */
function itemOf(
  line: number,
  read: () => OtlpSpan | null,
  service: string | undefined,
  { sizes, telemetry }: MadeOfSpans,
): BatchItem | null {
  try {
    const span = read()
    if (span === null) return null
    const value = declaredRecordOf(telemetry, recordOfSpan(span, service, sizes), span, service)
    return { line, value, fault: null }
  } catch (error) {
    return { line, value: undefined, fault: (error as Error).message }
  }
}

import { PbfWriter } from 'pbf'
import type { BatchTotals } from '../batch/judge-batch.js'

export const PROTOBUF_TYPE = 'application/x-protobuf'
export const OTLP_JSON_TYPE = 'application/json'

/** Of google.rpc.Code, by HTTP status: https://github.com/googleapis/googleapis, google/rpc/code.proto. */
const RPC_CODES: Readonly<Record<number, number>> = {
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  413: 8,
  429: 8,
  500: 13,
  503: 14,
}
const INVALID_ARGUMENT = 3
/** Field numbers of ExportTraceServiceResponse, its partial success, and google.rpc.Status. */
const PARTIAL_SUCCESS = 1
const REJECTED_SPANS = 1
const ERROR_MESSAGE = 2
const STATUS_CODE = 1
const STATUS_MESSAGE = 2

/** An answer to an exporter, in the encoding of its request. */
export interface OtlpAnswer {
  readonly type: string
  readonly body: string | Buffer
}

/**
 * An `ExportTraceServiceResponse`.
 * @param faults what is wrong with the first of the spans that were rejected
 */
export function exportAnswer(
  { rejected }: BatchTotals,
  faults: readonly string[],
  isJson: boolean,
): OtlpAnswer {
  const message = faults.join('; ')
  if (isJson) {
    const answer =
      rejected === 0 ? {} : { partialSuccess: { rejectedSpans: `${rejected}`, errorMessage: message } }
    return { type: OTLP_JSON_TYPE, body: JSON.stringify(answer) }
  }
  return protobuf((answer) => {
    if (rejected === 0) return
    answer.writeMessage(
      PARTIAL_SUCCESS,
      (_, partial) => {
        partial.writeVarintField(REJECTED_SPANS, rejected)
        partial.writeStringField(ERROR_MESSAGE, message)
      },
      null,
    )
  })
}

/** A `google.rpc.Status`. */
export function statusAnswer(httpStatus: number, message: string, isJson: boolean): OtlpAnswer {
  const code = RPC_CODES[httpStatus] ?? INVALID_ARGUMENT
  if (isJson) return { type: OTLP_JSON_TYPE, body: JSON.stringify({ code, message }) }
  return protobuf((status) => {
    status.writeVarintField(STATUS_CODE, code)
    status.writeStringField(STATUS_MESSAGE, message)
  })
}

function protobuf(write: (writer: PbfWriter) => void): OtlpAnswer {
  const writer = new PbfWriter()
  write(writer)
  return { type: PROTOBUF_TYPE, body: Buffer.from(writer.finish()) }
}

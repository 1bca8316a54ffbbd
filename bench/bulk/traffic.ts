import { PbfWriter } from 'pbf'
import { codeRunnerTraffic, type RoutedRecord } from '../../made-up/traffic.js'

const START_MS = Date.UTC(2026, 0, 1)
/** From a record to the next. */
const GAP_MS = 20
const SERVER = 2
const NS_A_MS = 1_000_000n

/** Ordinary records with times, as lines of NDJSON. Seeded. */
export function recordLines(n: number): string[] {
  return codeRunnerTraffic(n, 5).map((record, i) =>
    JSON.stringify({ ...record, timestamp: new Date(START_MS + i * GAP_MS).toISOString() }),
  )
}

/** The same records as spans of servers: an `ExportTraceServiceRequest` in protobuf. */
export function recordSpans(n: number): Buffer {
  const request = new PbfWriter()
  request.writeMessage(
    1,
    (_, resource = request) =>
      resource.writeMessage(
        2,
        (__, scope = request) => {
          for (const [i, record] of codeRunnerTraffic(n, 5).entries())
            scope.writeMessage(2, (___, span = request) => writeSpan(span, record, i), null)
        },
        null,
      ),
    null,
  )
  return Buffer.from(request.finish())
}

function writeSpan(span: PbfWriter, record: RoutedRecord, i: number): void {
  const startNs = BigInt(START_MS + i * GAP_MS) * NS_A_MS
  span.writeBytesField(1, Buffer.alloc(16, (i % 255) + 1))
  span.writeBytesField(2, Buffer.alloc(8, (i % 255) + 1))
  span.writeStringField(5, 'POST')
  span.writeVarintField(6, SERVER)
  fixed64(span, 7, startNs)
  fixed64(span, 8, startNs + BigInt(Math.round(record.latency * 1e6)))
  attribute(span, 'http.request.method', 'POST')
  attribute(span, 'http.route', record.route)
  attribute(span, 'http.request.body.size', record.input_length)
  attribute(span, 'http.response.status_code', record.errors > 0 ? 500 : 200)
  attribute(span, 'user_agent.original', 'a client/1.0')
}

function attribute(span: PbfWriter, name: string, value: string | number): void {
  span.writeMessage(
    9,
    (_, pair = span) => {
      pair.writeStringField(1, name)
      pair.writeMessage(
        2,
        (__, any = span) =>
          typeof value === 'number' ? any.writeVarintField(3, value) : any.writeStringField(1, value),
        null,
      )
    },
    null,
  )
}

function fixed64(pbf: PbfWriter, field: number, value: bigint): void {
  pbf.writeTag(field, 1)
  pbf.writeFixed32(Number(value & 0xffffffffn))
  pbf.writeFixed32(Number(value >> 32n))
}

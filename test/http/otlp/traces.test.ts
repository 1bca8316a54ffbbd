import { gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { PbfReader, PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { mulberry32 } from '../../../made-up/random.js'
import { historySize, startApp } from '../subject.js'

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

interface MadeSpan {
  readonly name?: string
  readonly kind?: number
  readonly ms?: number
  readonly attributes?: Readonly<Record<string, string | number>>
}

const START_NS = 1_780_000_000_000_000_000n
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const ORDINARY: MadeSpan = { ms: 120, attributes: { 'http.route': '/run', 'http.request.body.size': 1800 } }
const SLOW: MadeSpan = { ...ORDINARY, ms: 9_000 }

const endOf = ({ ms = 1 }: MadeSpan): bigint => START_NS + BigInt(Math.round(ms * 1e6))

function asJson(spans: readonly (MadeSpan | null)[], service = 'shop'): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: spans.map(
              (span) =>
                span && {
                  traceId: TRACE,
                  spanId: SPAN,
                  name: span.name ?? 'GET',
                  kind: span.kind ?? 2,
                  startTimeUnixNano: `${START_NS}`,
                  endTimeUnixNano: `${endOf(span)}`,
                  attributes: Object.entries(span.attributes ?? {}).map(([key, value]) => ({
                    key,
                    value: typeof value === 'number' ? { intValue: `${value}` } : { stringValue: value },
                  })),
                },
            ),
          },
        ],
      },
    ],
  })
}

const attribute = (
  pbf: PbfWriter | undefined,
  field: number,
  [key, value]: [string, string | number],
): void =>
  pbf?.writeMessage(
    field,
    (_, inner) => {
      inner?.writeStringField(1, key)
      inner?.writeMessage(
        2,
        (__, any) =>
          typeof value === 'number' ? any?.writeVarintField(3, value) : any?.writeStringField(1, value),
        null,
      )
    },
    null,
  )

function fixed64(pbf: PbfWriter, field: number, value: bigint): void {
  pbf.writeTag(field, 1)
  pbf.writeFixed32(Number(value & 0xffffffffn))
  pbf.writeFixed32(Number(value >> 32n))
}

function asProtobuf(spans: readonly MadeSpan[], service = 'shop'): Buffer {
  const request = new PbfWriter()
  request.writeMessage(
    1,
    (_, resourceSpans = request) => {
      resourceSpans.writeMessage(
        2,
        (__, scope = request) => {
          for (const span of spans) {
            scope.writeMessage(
              2,
              (___, pbf = request) => {
                pbf.writeBytesField(1, Buffer.from(TRACE, 'hex'))
                pbf.writeBytesField(2, Buffer.from(SPAN, 'hex'))
                pbf.writeStringField(5, span.name ?? 'GET')
                pbf.writeVarintField(6, span.kind ?? 2)
                fixed64(pbf, 7, START_NS)
                fixed64(pbf, 8, endOf(span))
                for (const entry of Object.entries({ 'user.agent': 'curl', ...span.attributes }))
                  attribute(pbf, 9, entry)
              },
              null,
            )
          }
        },
        null,
      )
      // Behind the spans, which is allowed.
      resourceSpans.writeMessage(1, (__, resource) => attribute(resource, 1, ['service.name', service]), null)
    },
    null,
  )
  return Buffer.from(request.finish())
}

function send(
  app: App,
  payload: string | Buffer,
  type: string,
  headers: Record<string, string> = {},
  url = '/v1/traces',
): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, payload, headers: { 'content-type': type, ...headers } })
}

const ENCODINGS = [
  ['JSON', JSON_TYPE, asJson as (spans: readonly MadeSpan[]) => string | Buffer],
  ['protobuf', PROTOBUF, asProtobuf],
] as const

test.each(ENCODINGS)(
  '%s: servers and consumers are judged, others are left alone',
  async (_, type, encode) => {
    const app = await startApp()
    const answer = await send(app, encode([ORDINARY, { kind: 3 }, { kind: 5 }, { kind: 1 }, SLOW]), type)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type])
    expect(answer.rawPayload).toHaveLength(type === JSON_TYPE ? 2 : 0)
    expect(await historySize(app)).toBe(3)
    const { anomalies } = (await app.inject('/anomalies')).json()
    expect(anomalies).toEqual([expect.objectContaining({ route: 'shop /run' })])
    const whole = (await app.inject(`/anomalies/${anomalies[0].id}`)).json()
    expect(JSON.stringify(whole)).toContain(TRACE)
  },
)

test.each(ENCODINGS)('%s: a body may be compressed, and empty', async (_, type, encode) => {
  const app = await startApp()
  const answer = await send(app, gzipSync(encode([ORDINARY])), type, { 'content-encoding': 'gzip' })
  expect(answer.statusCode).toBe(200)
  expect(await historySize(app)).toBe(1)
  expect((await send(app, type === JSON_TYPE ? '{}' : Buffer.alloc(0), type)).statusCode).toBe(200)
})

/** Field numbers to values, of a flat message. */
function fields(bytes: Buffer): Record<number, number | string> {
  return new PbfReader(bytes).readFields<Record<number, number | string>>((field, read, pbf) => {
    read[field] = pbf?.type === 2 ? pbf.readString() : (pbf?.readVarint() ?? 0)
  }, {})
}

test('spans that cannot be read are rejected alone, and told of in the encoding of the request', async () => {
  const app = await startApp()
  const spans = [ORDINARY, { name: 'back', ms: -5 }, ORDINARY]
  const json = (await send(app, asJson([...spans, null]), JSON_TYPE)).json()
  expect(json).toEqual({
    partialSuccess: {
      rejectedSpans: '2',
      errorMessage: expect.stringMatching(/span 2: span "back" ends.*; span 4: /),
    },
  })
  const protobuf = await send(app, asProtobuf(spans), PROTOBUF)
  const partial = new PbfReader(protobuf.rawPayload)
  expect(partial.readFields<unknown[]>((field, read, pbf) => read.push(field, pbf?.readBytes()), [])[0]).toBe(
    1,
  )
  expect(protobuf.rawPayload.toString()).toContain('ends before it starts')
  expect(await historySize(app)).toBe(4)
})

test.each([
  ['no JSON', 'hello', JSON_TYPE, {}, 400, 3],
  ['JSON that is no request', '{"resourceSpans":7}', JSON_TYPE, {}, 400, 3],
  ['no protobuf', Buffer.from('hello'), PROTOBUF, {}, 400, 3],
  ['cut protobuf', asProtobuf([ORDINARY]).subarray(0, -9), PROTOBUF, {}, 400, 3],
  ['an unknown encoding', asProtobuf([ORDINARY]), PROTOBUF, { 'content-encoding': 'snappy' }, 415, 3],
  ['a body that is too large', Buffer.alloc(17 * 2 ** 20), PROTOBUF, {}, 413, 8],
])('%s is refused by a google.rpc.Status', async (_, body, type, headers, status, code) => {
  const app = await startApp()
  const answer = await send(app, body, type, headers)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, type])
  const told = type === JSON_TYPE ? answer.json() : fields(answer.rawPayload)
  expect(told[type === JSON_TYPE ? 'code' : 1]).toBe(code)
  expect(told[type === JSON_TYPE ? 'message' : 2]).toMatch(/\w+ \w+/)
  expect(await historySize(app)).toBe(0)
})

test('batches and spans share what may be judged at a time', async () => {
  const app = await startApp()
  const payload = '{"latency":120,"input_length":1800,"errors":0}\n'.repeat(5000)
  const headers = { 'content-type': 'application/x-ndjson' }
  const url = '/analyze-flow/batch?answer=summary'
  const batches = [1, 2].map(() => app.inject({ method: 'POST', url, payload, headers }))
  for (const batch of batches) void batch.then(() => {})
  await app.inject('/health')
  const answer = await send(app, asProtobuf([ORDINARY]), PROTOBUF)
  expect([answer.statusCode, answer.headers['retry-after'], fields(answer.rawPayload)[1]]).toEqual([
    429,
    '1',
    8,
  ])
  for (const batch of batches) expect((await batch).json()).toMatchObject({ accepted: 5000 })
})

test('a caller without the token is refused in its encoding', async () => {
  const app = await startApp({ SENTINEL_API_TOKEN: 'secret-token-of-length' })
  const answer = await send(app, asProtobuf([ORDINARY]), PROTOBUF)
  expect([answer.statusCode, fields(answer.rawPayload)[1]]).toEqual([401, 16])
})

test.each(['/v1/metrics', '/v1/logs'])('%s says which variable to set', async (url) => {
  const answer = await send(await startApp(), Buffer.alloc(0), PROTOBUF, {}, url)
  expect(answer.statusCode).toBe(404)
  expect(fields(answer.rawPayload)[2]).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
})

test('damaged protobuf is refused or judged, and never fails', async () => {
  const app = await startApp()
  const random = mulberry32(3)
  const whole = asProtobuf([
    ORDINARY,
    SLOW,
    { kind: 5, attributes: { 'messaging.destination.name': 'orders' } },
  ])
  const statuses = new Set<number>()
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(whole)
    for (let flip = 0; flip <= round % 4; flip++) bytes[random.below(bytes.length)] = random.below(256)
    statuses.add((await send(app, bytes, PROTOBUF)).statusCode)
  }
  expect([...statuses].sort()).toEqual([200, 400])
})

test('spans without a size among those with one are ordinary', async () => {
  const app = await startApp({ SENTINEL_FIT: 'sync' })
  const random = mulberry32(5)
  const sized = (): MadeSpan => ({
    ms: 100 + random.below(40),
    attributes: { 'http.route': '/run', 'http.request.body.size': 1700 + random.below(200) },
  })
  const unsized = (): MadeSpan => ({ ...sized(), attributes: { 'http.route': '/run' } })
  const alerts = async () => (await app.inject('/anomalies')).json().anomalies.length
  await send(app, asProtobuf(Array.from({ length: 3000 }, sized)), PROTOBUF)
  const before = await alerts()
  await send(app, asProtobuf(Array.from({ length: 200 }, unsized)), PROTOBUF)
  expect((await alerts()) - before).toBeLessThan(3)
  // The same without a body at all is something else.
  const empty = { ...sized(), attributes: { 'http.route': '/run', 'http.request.body.size': 0 } }
  await send(app, asProtobuf(Array.from({ length: 200 }, () => empty)), PROTOBUF)
  expect((await alerts()) - before).toBeGreaterThan(20)
})

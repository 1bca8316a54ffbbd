import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { PbfReader, PbfWriter } from 'pbf'
import { expect, onTestFinished, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { startApp } from '../http/subject.js'
import { extent } from './extent.js'
import { type Posted, Poster } from './poster.js'

const EXPORTS = extent(20_000, 500)
const SEED = 20_260_103
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'
const NANOSECONDS = 1_780_000_000_000_000_000n

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('', '/a', 'GET /a/:id', '__proto__', 'constructor', '\u0000', '\ud800', 'x'.repeat(3000)),
)
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, [null], {}, '', -1, 1e300, { toString: 1, valueOf: null }, [{ toString: 1 }]),
)
const key = fc.oneof(
  text,
  fc.constantFrom(
    'http.route',
    'http.request.body.size',
    'http.response.status_code',
    'error.type',
    'rpc.service',
    'rpc.method',
    'messaging.destination.name',
  ),
)
const nanoseconds = fc.oneof(
  fc.bigInt(0n, 10_000_000_000n).map((after) => NANOSECONDS + after),
  fc.bigInt(0n, 2n ** 64n - 1n),
)
const value = fc.oneof(text, fc.integer(), fc.double(), fc.boolean())

/** A span as it should be, but for what is in it. */
const span = fc.record({
  name: text,
  kind: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(2, 5) }, fc.nat(9)),
  start: fc.constant(NANOSECONDS),
  end: nanoseconds,
  attributes: fc.array(fc.tuple(key, value), { maxLength: 6 }),
  status: fc.nat(3),
})
type Span = typeof span extends fc.Arbitrary<infer Made> ? Made : never

const isWork = ({ kind }: Span): boolean => kind === 2 || kind === 5

/** One time in so many. */
const oneIn = <Value>(times: number, odd: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: times - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: odd.map((put) => ({ put })) },
  )

/** A place of an export in JSON, and what is put there instead. */
const misplaced = oneIn(
  3,
  fc.record({
    at: fc.constantFrom(
      'resourceSpans',
      'resourceSpans.0',
      'resourceSpans.0.resource',
      'resourceSpans.0.resource.attributes',
      'resourceSpans.0.resource.attributes.0',
      'resourceSpans.0.resource.attributes.0.value',
      'resourceSpans.0.scopeSpans',
      'resourceSpans.0.scopeSpans.0',
      'resourceSpans.0.scopeSpans.0.spans',
      ...[
        '',
        '.name',
        '.kind',
        '.startTimeUnixNano',
        '.attributes',
        '.status',
        '.status.code',
        '.events',
      ].map((field) => `resourceSpans.0.scopeSpans.0.spans.0${field}`),
      ...['.traceId', '.spanId', '.attributes.0', '.attributes.0.key', '.attributes.0.value'].map(
        (field) => `resourceSpans.0.scopeSpans.0.spans.0${field}`,
      ),
    ),
    instead: anything,
  }),
)

const exported = fc.record({
  spans: fc.array(span, { maxLength: 8 }),
  isJson: fc.boolean(),
  misplaced,
  cut: oneIn(6, fc.nat(600)),
  flipped: oneIn(4, fc.tuple(fc.nat(2000), fc.nat(7))),
  encoding: oneIn(6, fc.constantFrom('gzip', 'deflate', 'none of it', 'br')),
  type: oneIn(12, fc.constantFrom('application/json; charset=utf-8', 'text/plain', PROTOBUF, JSON_TYPE)),
})

function asJson(spans: readonly Span[]): Record<string, unknown> {
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }]
  const made = spans.map(({ name, kind, start, end, attributes, status }) => ({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    name,
    kind,
    startTimeUnixNano: `${start}`,
    endTimeUnixNano: `${end}`,
    attributes: attributes.map(([key, value]) => ({ key, value: anyValue(value) })),
    status: { code: status },
    events: [{ name: 'exception' }],
  }))
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: made }] }] }
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

function put(root: Record<string, unknown>, at: string, instead: unknown): void {
  const names = at.split('.')
  const last = names.pop() as string
  let holder: unknown = root
  for (const name of names) holder = (holder as Record<string, unknown> | undefined)?.[name]
  if (typeof holder === 'object' && holder !== null) (holder as Record<string, unknown>)[last] = instead
}

function asProtobuf(spans: readonly Span[]): Buffer {
  const writer = new PbfWriter()
  const within = (field: number, write: () => void): void => writer.writeMessage(field, () => write(), null)
  const fixed64 = (field: number, nanos: bigint): void => {
    writer.writeTag(field, 1)
    writer.writeFixed32(Number(nanos & 0xffffffffn))
    writer.writeFixed32(Number(nanos >> 32n))
  }
  const attribute = (field: number, [key, value]: readonly [string, unknown]): void =>
    within(field, () => {
      writer.writeStringField(1, key)
      within(2, () => {
        if (typeof value === 'string') writer.writeStringField(1, value)
        else if (typeof value === 'boolean') writer.writeBooleanField(2, value)
        else if (Number.isSafeInteger(value)) writer.writeVarintField(3, value as number)
        else writer.writeDoubleField(4, value as number)
      })
    })
  within(1, () => {
    within(1, () => attribute(1, ['service.name', 'shop']))
    within(2, () => {
      for (const { name, kind, start, end, attributes, status } of spans)
        within(2, () => {
          writer.writeBytesField(1, Buffer.alloc(16, 7))
          writer.writeStringField(5, name)
          writer.writeVarintField(6, kind)
          fixed64(7, start)
          fixed64(8, end)
          for (const each of attributes) attribute(9, each)
          within(15, () => writer.writeVarintField(3, status))
        })
    })
  })
  return Buffer.from(writer.finish())
}

/** Spans that an answer says were rejected. */
function rejectedIn({ headers, body }: Posted): number {
  if (headers['content-type'] !== PROTOBUF) {
    const { partialSuccess } = JSON.parse(body.toString()) as {
      readonly partialSuccess?: { readonly rejectedSpans: string; readonly errorMessage: string }
    }
    return Number(partialSuccess?.rejectedSpans ?? 0)
  }
  const found = { rejected: 0 }
  new PbfReader(body).readFields((field, _, reader) => {
    if (field !== 1) return
    reader.readMessage((inner, __, partial) => {
      if (inner === 1) found.rejected = partial.readVarint()
    }, null)
  }, null)
  return found.rejected
}

test(
  `${EXPORTS} exports of spans over a socket: no answer is a 5xx, and the counts add up`,
  async () => {
    const sentinel = await Sentinel.create()
    onTestFinished(() => sentinel.close())
    const poster = await Poster.of(await startApp({}, { sentinel }))
    const seen: Record<number, number> = {}
    const sums = { judged: 0, rejected: 0 }
    for (const made of fc.sample(exported, { seed: SEED, numRuns: EXPORTS })) {
      const { spans, isJson, misplaced, cut, flipped, encoding, type } = made
      const request = asJson(spans)
      if (misplaced !== undefined) put(request, misplaced.put.at, misplaced.put.instead)
      let payload = isJson ? Buffer.from(JSON.stringify(request)) : asProtobuf(spans)
      if (cut !== undefined) payload = payload.subarray(0, cut.put)
      const [at, bit] = flipped?.put ?? [payload.length, 0]
      const isFlipped = at < payload.length
      if (isFlipped) payload[at] = (payload[at] as number) ^ (1 << bit)
      if (encoding?.put === 'gzip') payload = gzipSync(payload)
      if (encoding?.put === 'deflate') payload = deflateSync(payload)
      const before = sentinel.detector.records
      const answer = await poster.post('/v1/traces', payload, {
        'content-type': type?.put ?? (isJson ? JSON_TYPE : PROTOBUF),
        ...(encoding !== undefined && { 'content-encoding': encoding.put }),
      })
      seen[answer.statusCode] = (seen[answer.statusCode] ?? 0) + 1
      const judged = sentinel.detector.records - before
      if (answer.statusCode >= 500) throw new Error(`${answer.statusCode} for ${payload.toString('latin1')}`)
      if (answer.statusCode !== 200) {
        expect(judged).toBe(0)
        continue
      }
      const rejected = rejectedIn(answer)
      sums.judged += judged
      sums.rejected += rejected
      // What nobody has changed is judged or rejected, each span of a server or a consumer once.
      const isWhole = cut === undefined && !isFlipped && (!isJson || misplaced === undefined)
      if (isWhole && type === undefined) expect(judged + rejected).toBe(spans.filter(isWork).length)
    }
    // The generator reaches what it is for.
    for (const status of [200, 400, 415]) expect(seen[status]).toBeGreaterThan(0)
    expect(Math.min(sums.judged, sums.rejected)).toBeGreaterThan(EXPORTS / 10)
  },
  extent(900_000, 240_000),
)

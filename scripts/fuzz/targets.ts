import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { FORMATS, formatOf } from '#sentinel/cli/formats/formats.js'
import { loadConfig } from '#sentinel/config/config.js'
import { ForestError } from '#sentinel/forest/errors.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { type App, buildApp } from '#sentinel/http/app.js'
import { BatchItems, type ItemSource } from '#sentinel/http/batch/batch-items.js'
import { decoded } from '#sentinel/http/batch/content-decoding.js'
import { ApiError } from '#sentinel/http/errors/error-codes.js'
import { ByteTexts } from '#sentinel/http/otlp/byte-texts.js'
import { type MadeOfSpans, otlpItems } from '#sentinel/http/otlp/otlp-items.js'
import { crc32 } from '#sentinel/state/checksum.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateError } from '#sentinel/state/section.js'
import { RecordError } from '#sentinel/telemetry/check-record.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import { SpanRecords } from '#sentinel/telemetry/span/span-record.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'

const LIMIT_BYTES = 2 ** 20
const RECORD = { latency: 127.4, input_length: 1893, errors: 0, route: '/api/analyze', user_id: 'u' }
const SPAN = {
  name: 'GET /a',
  kind: 2,
  startTimeUnixNano: '1767225600000000000',
  endTimeUnixNano: '1767225600120000000',
  attributes: [{ key: 'http.route', value: { stringValue: '/a' } }],
  status: { code: 2 },
}
const SPANS = { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [SPAN] }] }] }

function madeOfSpans(): MadeOfSpans {
  return { records: new SpanRecords(new Set()), texts: new ByteTexts(), telemetry: REQUEST_TELEMETRY }
}

/** Something that reads bytes from outside. */
export interface Target {
  readonly seeds: readonly (string | Uint8Array)[]
  /** Reads an input, and refuses it as it refuses what is none. @throws Error for what it must never throw */
  readonly run: (input: Buffer) => Promise<void>
}

/** Lets pass how a reader refuses; anything else is a finding. */
async function refusing(
  kinds: readonly (new (...args: never[]) => Error)[],
  act: () => unknown,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error
  }
}

function readAll(items: ItemSource): void {
  for (let item = 0; item < items.size; item++) items.read(item)
}

/** With the length and the checksum that it says to have: no change would get behind them. */
function sealed(input: Buffer, lengthAt: number): Uint8Array {
  const crcAt = lengthAt + 4
  const bytes = Uint8Array.from(input)
  if (bytes.length < crcAt + 4) return bytes
  const header = new DataView(bytes.buffer)
  header.setUint32(lengthAt, bytes.length, true)
  header.setUint32(crcAt, 0, true)
  header.setUint32(crcAt, crc32(bytes), true)
  return bytes
}

/** Lines as a file of that kind has them. What is wrong with one is said in words, by a refusal or an error of no kind. */
async function readLog(input: Buffer): Promise<void> {
  const lines = input.toString().split('\n')
  for (const format of new Set([formatOf(lines[0] ?? ''), ...Object.values(FORMATS)])) {
    if (format === null) continue
    const read = format.open({ label: 'label', sizes: new UsualSizes() })
    for (const line of lines)
      try {
        read(line)
      } catch (error) {
        const isRefusal = error instanceof RecordError
        if (!isRefusal && (error instanceof TypeError || error instanceof RangeError)) throw error
      }
  }
}

let app: App | null = null

/** Over a socket, as anybody would. */
async function post(input: Buffer): Promise<void> {
  if (app === null) {
    const config = loadConfig({ SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0' })
    app = await buildApp({ config, logger: false })
    await app.listen({ host: '127.0.0.1', port: 0 })
  }
  const { port } = app.server.address() as AddressInfo
  const headers = { 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${port}/analyze-flow?detail=true`
  const answer = await fetch(url, { method: 'POST', body: Uint8Array.from(input), headers })
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`${answer.status}: ${text}`)
}

/** A record with lists in one another, which is valid JSON however deep. */
function deep(depth: number): string {
  return `{"latency":1,"input_length":1,"errors":0,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
}

async function aForest(): Promise<Uint8Array> {
  const forest = await IsolationForest.create({ nFeatures: 2, nTrees: 2, subsampleSize: 8 })
  forest.fit(Array.from({ length: 16 }, (_, i) => [i, (7 * i) % 5]))
  return forest.toBytes()
}

/** What is fuzzed, by its name. */
export const TARGETS: Readonly<Record<string, Target>> = {
  body: { seeds: [JSON.stringify(RECORD), '{}', '[1]', deep(31), deep(32), deep(4000)], run: post },
  'batch-json': {
    seeds: [
      JSON.stringify([RECORD, 1, null]),
      `{"records": [${JSON.stringify(RECORD)}]}`,
      '{"latency":1}{"a":2}',
    ],
    run: (input) => refusing([ApiError], async () => readAll(await BatchItems.find(input, true, JSON.parse))),
  },
  'batch-lines': {
    seeds: [`${JSON.stringify(RECORD)}\n\n{"latency":\r\n[1]\n`],
    run: (input) =>
      refusing([ApiError], async () => readAll(await BatchItems.find(input, false, JSON.parse))),
  },
  gzip: {
    seeds: [gzipSync(JSON.stringify([RECORD]))],
    run: (input) => refusing([ApiError], () => decoded(input, 'gzip', LIMIT_BYTES)),
  },
  'otlp-json': {
    seeds: [JSON.stringify(SPANS)],
    run: (input) => refusing([ApiError], async () => readAll(await otlpItems(input, true, madeOfSpans()))),
  },
  'otlp-protobuf': {
    // A request with one resource, one scope and one span of kind server that has a name and two times.
    seeds: [
      Buffer.from('0a2312211a1f2a034745543002390000000000000100410000000000000200', 'hex'),
      Buffer.from('0a1b121912172a036765743002390001000000000000410002000000000000', 'hex'),
    ],
    run: (input) => refusing([ApiError], async () => readAll(await otlpItems(input, false, madeOfSpans()))),
  },
  logs: {
    seeds: [
      '192.0.2.7 - - [25/Nov/2026:10:05:03 +0000] "GET /a HTTP/1.1" 200 20302 "-" "agent" 0.12\n',
      'latency,input_length,errors,route,label\n12,3,0,/a,1\n"1","2","",/b,\n',
      `${JSON.stringify({ ...RECORD, label: 1 })}\n`,
      '{"ts":1767225600.1,"duration":0.1,"status":200,"size":12,"request":{"method":"GET","uri":"/a"}}\n',
      '{"start_time":"2026-01-01T00:00:00Z","method":"GET","path":"/a","response_code":200,"duration":12,"bytes_received":1}\n',
    ],
    run: readLog,
  },
  state: {
    seeds: [
      encodeState({ a: [1, 'x', null, { b: true }], values: Float64Array.of(1, 2), bytes: Uint8Array.of(3) }),
    ],
    run: (input) => refusing([StateError], () => decodeState(sealed(input, 12))),
  },
  forest: {
    seeds: [await aForest()],
    run: (input) => refusing([ForestError], () => IsolationForest.fromBytes(sealed(input, 8))),
  },
}

export async function closeTargets(): Promise<void> {
  await app?.close()
  app = null
}

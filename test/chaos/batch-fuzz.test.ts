import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { startApp } from '../http/subject.js'
import { extent } from './extent.js'
import { brokenJson, goodRecord, headerText, json } from './hostile.js'
import { type Posted, Poster } from './poster.js'

const BATCHES = extent(20_000, 500)
const SEED = 20_260_102
const NDJSON = 'application/x-ndjson'

/** A record, something near one, or what is no JSON; without a line break, so that lines can be counted. */
const item = fc
  .oneof(
    { weight: 4, arbitrary: goodRecord.map((record) => JSON.stringify(record)) },
    { weight: 2, arbitrary: json },
    { weight: 1, arbitrary: brokenJson },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', ' ', '\t', '\r', '}', ']', '"', '{"a":', '\u0000', '🦊', '\ufeff'),
    },
  )
  .map((text) => text.replaceAll('\n', ' '))

const items = fc.array(item, { maxLength: 12, size: 'max' })
const bracketed = (open: string, close: string) => items.map((each) => `${open}${each.join(',')}${close}`)
/** Bodies by how they are written, and the type they are sent as. */
const body = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ text: items.map((each) => each.join('\n')), type: fc.constant(NDJSON) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      text: items.map((each) => each.join('\r\n')),
      type: fc.constant('application/jsonl'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ text: bracketed('[', ']'), type: fc.constant('application/json') }) },
  {
    weight: 1,
    arbitrary: fc.record({ text: bracketed('{"records":[', ']}'), type: fc.constant('application/json') }),
  },
  { weight: 1, arbitrary: fc.record({ text: bracketed('[', ''), type: fc.constant('application/json') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      text: items.map((each) => each.join('')),
      type: fc.constantFrom('application/json', NDJSON),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ text: fc.string({ unit: 'binary', maxLength: 400 }), type: headerText }),
  },
)

type Compression = readonly [name: string, compress: (bytes: Buffer) => Buffer]
const compression = fc.constantFrom<Compression>(
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['gzip', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes).subarray(0, -5)],
  ['br', () => Buffer.from('not at all')],
  ['snappy', (bytes) => bytes],
)

/** One time in five. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

const batch = fc.record({
  body,
  cut: seldom(fc.nat(400)),
  compression: seldom(compression),
  key: seldom(fc.nat(30).map(String)),
  query: seldom(
    fc.constantFrom(
      '?answer=summary',
      '?answer=anomalies',
      '?answer=lines',
      '?learn=false',
      '?at=timestamp',
      '?at=timestamp&learn=false',
      '?answer=all',
      '?answer=lines&answer=lines',
      '?%',
    ),
  ),
})

interface Counted {
  readonly accepted: number
  readonly rejected: number
  readonly threats: number
  /** Lines that were answered, in order; null where the answer does not say. */
  readonly lines: readonly number[] | null
}

/** What an answer says, in either form. */
function counted(answer: Posted): Counted {
  const text = answer.body.toString()
  if (answer.headers['content-type'] !== NDJSON)
    return { ...(JSON.parse(text) as Omit<Counted, 'lines'>), lines: null }
  const told = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { line: number; status: string })
  const of = (status: string) => told.filter((one) => one.status === status).length
  const threats = of('THREAT_DETECTED')
  return {
    accepted: of('OK') + threats,
    rejected: of('REJECTED'),
    threats,
    lines: told.map(({ line }) => line),
  }
}

test(
  `${BATCHES} batches of every kind over a socket: no answer is a 5xx, and the counts add up`,
  async () => {
    const sentinel = await Sentinel.create()
    onTestFinished(() => sentinel.close())
    const poster = await Poster.of(await startApp({}, { sentinel }))
    const seen: Record<number, number> = {}
    const sums = { accepted: 0, rejected: 0, threats: 0 }
    for (const { body, cut, compression, key, query = '' } of fc.sample(batch, {
      seed: SEED,
      numRuns: BATCHES,
    })) {
      const text = Buffer.from(cut === undefined ? body.text : body.text.slice(0, cut))
      const payload = compression === undefined ? text : compression[1](text)
      const before = sentinel.detector.records
      const answer = await poster.post(`/analyze-flow/batch${query}`, payload, {
        'content-type': body.type,
        ...(compression !== undefined && { 'content-encoding': compression[0] }),
        ...(key !== undefined && { 'idempotency-key': key }),
      })
      seen[answer.statusCode] = (seen[answer.statusCode] ?? 0) + 1
      expect(answer.statusCode).toBeLessThan(500)
      const judged = sentinel.detector.records - before
      if (answer.statusCode !== 200) {
        expect(judged).toBe(0)
        expect(JSON.parse(answer.body.toString())).toMatchObject({
          statusCode: answer.statusCode,
          code: expect.stringMatching(/^SENTINEL_/),
        })
        continue
      }
      const { accepted, rejected, threats, lines } = counted(answer)
      expect(threats).toBeLessThanOrEqual(accepted)
      const learns = !query.includes('learn=false') && answer.headers['idempotency-replayed'] === undefined
      expect(judged).toBe(learns ? accepted : 0)
      sums.accepted += accepted
      sums.rejected += rejected
      sums.threats += threats
      if (lines === null || body.type !== NDJSON || answer.headers['idempotency-replayed'] !== undefined)
        continue
      // Every line that is not blank is answered, in order; one that holds several objects more than once.
      const written = (cut === undefined ? body.text : body.text.slice(0, cut)).split('\n')
      const inked = written.flatMap((line, i) => (/^[ \t\r]*$/.test(line) ? [] : [i + 1]))
      expect([...new Set(lines)]).toEqual(inked)
      expect(lines).toEqual([...lines].sort((a, b) => a - b))
    }
    // The generator reaches what it is for.
    for (const status of [200, 400, 415, 422]) expect(seen[status]).toBeGreaterThan(0)
    expect(Math.min(sums.accepted, sums.rejected)).toBeGreaterThan(BATCHES)
    expect(sums.threats).toBeGreaterThan(0)
  },
  extent(900_000, 240_000),
)

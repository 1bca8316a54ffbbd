import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Detector } from '#sentinel/detector/detector.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { encodeState } from '#sentinel/state/codec.js'
import { startApp } from '../http/subject.js'
import { extent } from './extent.js'
import { brokenJson, headerText, json, rarely } from './hostile.js'

const BODIES = extent(20_000, 2_500)
/** Records until the first fit; the bodies bring more than that. */
const MIN_SAMPLES = extent(1000, 120)
const SEED = 20_260_101

const body: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 5, arbitrary: json.map((value) => Buffer.from(value)) },
  { weight: 2, arbitrary: brokenJson.map((value) => Buffer.from(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: json.map((value) => Buffer.from(value, 'utf16le')) },
  { weight: 1, arbitrary: json.map((value) => Buffer.from(`\ufeff${value}`)) },
  { weight: 1, arbitrary: json.map((value) => gzipSync(value)) },
  { weight: 1, arbitrary: json.map((value) => Buffer.from(value.padEnd(20_000))) },
)

const headers = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 8, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'application/json; charset=utf-8',
        'application/json; charset=utf-16',
        'application/json;charset=utf-7',
        'application/problem+json',
        'text/plain',
        'text/html',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
        'APPLICATION/JSON',
        'application/json, text/plain',
        '',
      ),
      headerText,
    ),
    'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'x'),
    'idempotency-key': fc.oneof(fc.nat(50).map(String), headerText),
    accept: headerText,
    'accept-version': headerText,
    origin: fc.oneof(
      { weight: 1, arbitrary: headerText },
      { weight: 3, arbitrary: fc.constant('http://localhost:80') },
    ),
    authorization: headerText,
    'transfer-encoding': fc.constantFrom('identity', 'gzip, chunked'),
    'x-forwarded-host': headerText,
    cookie: headerText,
  },
  { requiredKeys: ['content-type'], noNullPrototype: true },
)
const request = fc.record({
  body,
  headers: fc.oneof(
    { weight: 2, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
    { weight: 1, arbitrary: headers },
  ),
  query: rarely(
    fc.constantFrom('?detail=true', '?detail=1', '?detail=true&detail=true', '?%', '?__proto__=1'),
  ),
})

test(
  `${BODIES} bodies of every kind: no answer is a 5xx, and only what got a 200 is in the window`,
  async () => {
    const { detector: options } = loadConfig({
      SENTINEL_RETRAIN_EVERY: '1000',
      SENTINEL_MIN_SAMPLES: `${MIN_SAMPLES}`,
    })
    // One time for both: when the last record came is part of the state.
    const startedMs = Date.now()
    const clock = (): number => startedMs
    const sentinel = await Sentinel.create({ detector: options, clock })
    const { detector } = sentinel
    const twin = await Detector.create({ ...options, clock })
    onTestFinished(async () => {
      await Promise.all([sentinel.close(), twin.close()])
    })
    const app = await startApp({}, { sentinel })
    const seen: Record<number, number> = {}
    for (const { body, headers, query = '' } of fc.sample(request, { seed: SEED, numRuns: BODIES })) {
      const before = detector.records
      const answer = await app.inject({
        method: 'POST',
        url: `/analyze-flow${query}`,
        payload: body,
        headers,
      })
      seen[answer.statusCode] = (seen[answer.statusCode] ?? 0) + 1
      expect(answer.statusCode).toBeLessThan(500)
      const counts = answer.statusCode === 200 && answer.headers['idempotency-replayed'] === undefined
      expect(detector.records).toBe(before + (counts ? 1 : 0))
      if (counts && detector.records < MIN_SAMPLES) twin.analyze(JSON.parse(body.toString()))
      else if (counts && detector.records === MIN_SAMPLES) {
        // Before the first fit, the state is the records and nothing else.
        twin.analyze(JSON.parse(body.toString()))
        expect(encodeState(detector.snapshot())).toEqual(encodeState(twin.snapshot()))
      }
      if (answer.statusCode !== 200) {
        expect(answer.json()).toMatchObject({
          statusCode: answer.statusCode,
          code: expect.stringMatching(/^SENTINEL_/),
        })
        expect(answer.body.length).toBeLessThan(500)
      }
    }
    // The generator reaches what it is for.
    for (const status of [200, 400, 403, 413, 415, 422]) expect(seen[status]).toBeGreaterThan(0)
    expect(detector.records).toBeGreaterThan(1.5 * MIN_SAMPLES)
  },
  extent(900_000, 60_000),
)

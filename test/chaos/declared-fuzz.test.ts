import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { startApp } from '../http/subject.js'
import { extent } from './extent.js'
import { Poster } from './poster.js'

const RECORDS = extent(20_000, 700)
const SEED = 20_260_104

/** One feature of every kind that there is. */
const SETTINGS = `
telemetry:
  route: [/service, /job]
  id: /id
  trace: /trace
  user: /who
  timestamp: /at
  features:
    - { name: plain, missing: median }
    - { name: deep, from: /a/b/c, missing: 0 }
    - { name: text, from: /text, coerce: true, locale: de, missing: median }
    - { name: skipped, missing: skip, from: /s~1~0 }
    - { name: size, from: length(/message) }
    - { name: spread, from: entropy(message) }
    - { name: share, from: "ratio(/used, /all)" }
    - { name: plan, from: "one_of(plan, [free, pro, 'no, plan'])" }
    - { name: place, from: "one_of(/plan, [free, pro])", encoding: ordinal }
    - { name: hour, from: hour_of_day }
    - { name: often, from: "count(route, 10s)" }
    - { name: refused, from: "rate(where status>=400, key, 60s)" }
    - { name: same, from: "count(where status=200, /who, 1m)" }
    - { name: less, from: "count(where /a/b<=3, all, 1h)" }
    - { name: pause, from: since_last(/who) }
    - { name: change, from: "delta(plain, route)" }
`
/** What no text and no number can be made of, and whatever else JSON can say. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.double() },
  {
    weight: 3,
    arbitrary: fc.constantFrom('free', 'pro', '12,5', '1.234,5', '-', '', 'NaN', '200', '__proto__'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      null,
      { toString: 1, valueOf: 1 },
      { toString: null },
      [{ toString: 1, valueOf: 1 }],
      [[[]]],
      { length: 1e9 },
      'x'.repeat(5000),
      1.7e308,
      -1.7e308,
      5e-324,
      true,
    ),
  },
)
const time = fc.oneof(
  fc.constantFrom<unknown>(8.64e15, 1e300, -1, 0, '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', 'soon'),
  fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }),
  value,
)
const fields = [
  'plain',
  'text',
  's/~',
  'message',
  'used',
  'all',
  'plan',
  'status',
  'service',
  'job',
  'id',
  'trace',
]
const record = fc.record(
  {
    ...Object.fromEntries(fields.map((name) => [name, value])),
    who: value,
    at: time,
    a: fc.oneof(value, fc.record({ b: fc.oneof(value, fc.record({ c: value })) })),
  },
  { requiredKeys: [] },
)

test(
  `${RECORDS} records of declared fields with whatever JSON can say: no answer is a 5xx, no number is odd`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-declared-fuzz-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const settings = join(folder, 'sentinel.yaml')
    writeFileSync(settings, SETTINGS)
    const { detector, telemetry } = loadConfig({ SENTINEL_CONFIG: settings })
    const sentinel = await Sentinel.create({ detector: { ...detector, telemetry } })
    onTestFinished(() => sentinel.close())
    const poster = await Poster.of(await startApp({ SENTINEL_CONFIG: settings }, { sentinel }))
    const json = { 'content-type': 'application/json' }
    const seen: Record<number, number> = {}
    const records = fc.sample(record, { seed: SEED, numRuns: RECORDS })
    for (const [i, one] of records.entries()) {
      const payload = Buffer.from(JSON.stringify(one))
      const path = i % 3 === 0 ? '/analyze-flow?detail=true' : '/analyze-flow'
      const { statusCode, body } = await poster.post(path, payload, json)
      seen[statusCode] = (seen[statusCode] ?? 0) + 1
      if (statusCode >= 500) throw new Error(`${statusCode} for ${payload}: ${body}`)
      if (statusCode !== 200) continue
      const { detail } = JSON.parse(body.toString()) as { readonly detail?: { readonly score: number } }
      if (detail !== undefined) {
        expect(detail.score).toBeGreaterThanOrEqual(0)
        expect(detail.score).toBeLessThanOrEqual(1)
      }
    }
    // The same as batches, at the time that they say.
    for (let from = 0; from < records.length; from += 100) {
      const lines = records.slice(from, from + 100).map((one) => JSON.stringify(one))
      const query = ['', '?at=timestamp', '?learn=false'][(from / 100) % 3] as string
      const answer = await poster.post(`/analyze-flow/batch${query}`, Buffer.from(lines.join('\n')), {
        'content-type': 'application/x-ndjson',
      })
      if (answer.statusCode >= 500) throw new Error(`${answer.statusCode} for ${lines.join('\n')}`)
    }
    for (const status of [200, 400]) expect(seen[status]).toBeGreaterThan(RECORDS / 100)
  },
  extent(900_000, 240_000),
)

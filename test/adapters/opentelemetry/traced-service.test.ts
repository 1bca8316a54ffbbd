import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, type TestContext, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { run } from '../../package/tarball.js'

const PACKAGES = fileURLToPath(new URL('../../../.ci/runtimes/package.json', import.meta.url))
const PROGRAM = fileURLToPath(new URL('traced-service.mjs', import.meta.url))
const installed = existsSync(new URL('../../../.ci/runtimes/node_modules/@opentelemetry/', import.meta.url))

interface Told {
  readonly spans: {
    kind: number
    attributes: Record<string, unknown>
    events: { name: string; attributes: object }[]
  }[]
  readonly records: Telemetry[]
  readonly counted: object[]
  readonly counts: object
}

async function traced(share: number, context: TestContext): Promise<Told> {
  if (!installed) {
    const reason = 'OpenTelemetry is not installed (npm run runtimes installs it)'
    if (process.env.CI === 'true') throw new Error(reason)
    context.skip(reason)
  }
  const { stdout } = await run(process.execPath, [PROGRAM, PACKAGES, String(share)], { timeout: 60_000 })
  return JSON.parse(stdout)
}

const SERVER = 1

test("OpenTelemetry's own spans of real requests are judged, and say so", async (context) => {
  const { spans, records, counted, counts } = await traced(1, context)
  expect(records).toHaveLength(5)
  expect(records.map(({ errors }) => errors)).toEqual([0, 0, 0, 1, 0])
  for (const record of records) expect(record.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/)
  expect(records.at(-1)?.latency).toBeGreaterThan(390)
  // The path stands in for a pattern, which the instrumentation does not know; the query does not.
  expect(records.map(({ route }) => route)).toEqual(['/quick', '/quick', '/quick', '/secret', '/slow'])
  expect(counts).toMatchObject({ judged: 5, broken: 0, callbackErrors: 0 })
  const servers = spans.filter(({ kind }) => kind === SERVER)
  expect(servers).toHaveLength(5)
  for (const { attributes } of servers) expect(attributes['sentinel.score']).toEqual(expect.any(Number))
  expect(servers[0]).toMatchObject({ attributes: { 'sentinel.anomalous': false }, events: [] })
  expect(servers.at(-1)).toMatchObject({
    attributes: { 'sentinel.anomalous': true, 'sentinel.action': 'freeze' },
    events: [
      { name: 'sentinel.anomaly', attributes: { 'sentinel.reason': expect.stringContaining('Latency') } },
    ],
  })
  expect(counted).toContainEqual({ name: 'sentinel.anomalies', value: 1, 'sentinel.action': 'freeze' })
  // Clients' spans are somebody else's work.
  for (const { kind, attributes } of spans)
    if (kind !== SERVER) expect(attributes).not.toHaveProperty('sentinel.score')
}, 90_000)

test('where nothing is sampled all is judged, and the anomalies are exported', async (context) => {
  const { spans, counts } = await traced(0, context)
  expect(counts).toMatchObject({ judged: 5, anomalies: 1 })
  expect(spans.map(({ kind, attributes }) => [kind, attributes['sentinel.anomalous']])).toEqual([
    [SERVER, true],
  ])
}, 90_000)

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { recordFaultOf } from '#sentinel/http/batch/record-fault.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { DeclaredRecord } from '#sentinel/telemetry/record.js'
import { root } from '../docs/markdown.js'

const run = promisify(execFile)

/** Every folder of examples/telemetry, with what is to be found in its data. */
const EXAMPLES = [
  ['http', 'requests.ndjson.gz', ['refused', 'not_found'], 0.9],
  ['jobs', 'jobs.ndjson.gz', ['duration'], 1],
  ['llm', 'calls.ndjson.gz', ['cost'], 1],
  ['host', 'host.csv.gz', ['net_mb'], 1],
  ['sensors', 'sensors.csv.gz', ['temperature'], 1],
] as const

test.each(EXAMPLES)(
  'of examples/telemetry/%s nearly all that is told was meant to be found, and the reverse',
  async (name, file, features, recall) => {
    const folder = join(root, 'examples/telemetry', name)
    const replay = [
      'replay',
      '--config',
      join(folder, 'sentinel.yaml'),
      '--format',
      'json',
      join(folder, file),
    ]
    const { stdout } = await run(process.execPath, [join(root, 'dist/cli.js'), ...replay], {
      maxBuffer: 2 ** 26,
    })
    const { records, rejected, labels, incidents } = JSON.parse(stdout)
    expect([records, rejected]).toEqual([3000, 0])
    expect(labels.recall).toBeGreaterThanOrEqual(recall)
    // Of the ordinary ones two in a thousand may be told, twice the rate that is asked for.
    expect(labels.precision).toBeGreaterThanOrEqual(0.85)
    expect(new Set(incidents.map(({ feature }: { feature: string }) => feature))).toEqual(new Set(features))
  },
  120_000,
)

test('every folder of examples/telemetry is tried', () => {
  expect(
    readdirSync(join(root, 'examples/telemetry'))
      .filter((name) => !name.endsWith('.md'))
      .sort(),
  ).toEqual(EXAMPLES.map(([name]) => name).sort())
})

/** A record of each preset as its source writes it, and what its first feature is in its unit. */
const RECORDS: Record<string, [record: DeclaredRecord, value: number, unit: string]> = {
  http: [{ latency: 12.5, input_length: 340, status: 200, route: '/cart', user_id: 'u' }, 12.5, 'ms'],
  nginx: [
    {
      time: '2026-03-01T10:00:00+00:00',
      remote_addr: '10.0.0.1',
      uri: '/a',
      status: 200,
      request_time: '0.012',
      request_length: 311,
      body_bytes_sent: 5120,
    },
    0.012,
    's',
  ],
  envoy: [
    {
      start_time: '2026-03-01T10:00:00.000Z',
      path: '/a',
      response_code: 200,
      duration: 12,
      bytes_received: 0,
      bytes_sent: 154,
      x_forwarded_for: '-',
      x_request_id: 'd5a0f4b0-1c2d',
    },
    12,
    'ms',
  ],
  caddy: [
    {
      ts: 1767225600.123,
      request: { remote_ip: '10.0.0.1', uri: '/a' },
      duration: 0.00123,
      size: 5120,
      bytes_read: 0,
      status: 200,
    },
    0.00123,
    's',
  ],
  traefik: [
    {
      ClientHost: '10.0.0.1',
      RequestPath: '/a',
      ServiceName: 'shop@docker',
      StartUTC: '2026-03-01T10:00:00Z',
      Duration: 1234567,
      DownstreamStatus: 200,
      DownstreamContentSize: 5120,
      RequestContentSize: 0,
    },
    1234567,
    'ns',
  ],
  otel: [
    {
      latency: 5,
      input_length: 0,
      errors: 0,
      route: '/a',
      timestamp: 1767225600000,
      attributes: { 'http.response.status_code': 200 },
    },
    5,
    'ms',
  ],
  'llm-gateway': [
    {
      model: 'small',
      usage: { input_tokens: 900, output_tokens: 250 },
      ttft_ms: 350,
      latency_ms: 4100,
      cost_usd: 0.006,
      finish: 'stop',
    },
    900,
    'tokens',
  ],
  host: [{ host: 'db-1', cpu: 35.5, memory: 62.1, disk_mb: 40.2, net_mb: 12.7 }, 35.5, '%'],
}

describe('the preset', () => {
  test.each(Object.entries(RECORDS))(
    '%s reads records as they are written, in their units',
    async (name, [record, value, unit]) => {
      const { telemetry } = loadConfig({ SENTINEL_CONFIG: join(root, 'presets', `${name}.yaml`) })
      expect(recordFaultOf(telemetry)(record)).toBeNull()
      const sentinel = await Sentinel.create({
        detector: { telemetry, fit: 'sync', minSamples: 50, nTrees: 10 },
      })
      for (let i = 0; i < 60; i++) sentinel.judge(record)
      const detail = sentinel.judge(record, { detail: true })?.verdict
      await sentinel.close()
      expect(detail?.contributions[0]).toMatchObject({ value, unit })
      expect(detail?.detector).toBe('forest')
    },
  )

  test('is one of those that are tried, and finds its schema', () => {
    const names = readdirSync(join(root, 'presets')).map((file) => file.replace(/\.yaml$/, ''))
    expect(names.sort()).toEqual(Object.keys(RECORDS).sort())
    for (const name of names)
      expect(readFileSync(join(root, 'presets', `${name}.yaml`), 'utf8')).toMatch(
        /^# yaml-language-server: \$schema=\.\.\/schema/,
      )
  })
})

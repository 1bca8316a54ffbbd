import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { buildApp } from '#sentinel/http/app.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { run } from '../../package/tarball.js'

const PACKAGES = fileURLToPath(new URL('../../../.ci/runtimes/package.json', import.meta.url))
const PROGRAM = fileURLToPath(new URL('export-spans.mjs', import.meta.url))
const installed = existsSync(new URL('../../../.ci/runtimes/node_modules/@opentelemetry/', import.meta.url))

test.for(['http', 'proto'])(
  "spans arrive from OpenTelemetry's own exporter: %s",
  { timeout: 90_000 },
  async (encoding, context) => {
    if (!installed) {
      const reason = 'OpenTelemetry is not installed (npm run runtimes installs it)'
      if (process.env.CI === 'true') throw new Error(reason)
      context.skip(reason)
    }
    const sentinel = await Sentinel.create()
    const records: Telemetry[] = []
    const judge = sentinel.judge.bind(sentinel)
    sentinel.judge = (record, options) => {
      records.push(record as Telemetry)
      return judge(record, options)
    }
    const app = await buildApp({
      config: loadConfig({ SENTINEL_MAX_DELAY_MS: '0' }),
      logger: false,
      sentinel,
    })
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    try {
      const { stdout } = await run(process.execPath, [PROGRAM, PACKAGES, encoding, `${address}/v1/traces`], {
        timeout: 60_000,
      })
      expect(JSON.parse(stdout)).toEqual([{ code: 0 }])
      expect(records.map(({ route, errors, input_length }) => [route, errors, input_length])).toEqual([
        ...Array.from({ length: 3 }, () => ['checkout /cart/:id', 0, 40]),
        // It says no size: the usual one of its route stands in.
        ['checkout /cart/:id', 1, 40],
        ['checkout orders', 0, 0],
      ])
      // Spans end in nanoseconds; of records the milliseconds count that were begun.
      expect(records.map(({ latency }) => latency)).toEqual([100, 101, 102, 20_000, 13])
      const [anomaly] = (await app.inject('/anomalies')).json().anomalies
      expect(anomaly.route).toBe('checkout /cart/:id')
      expect(JSON.stringify((await app.inject(`/anomalies/${anomaly.id}`)).json())).toContain(
        records[3]?.traceparent?.slice(3, 35),
      )
    } finally {
      await app.close()
      await sentinel.close()
    }
  },
)

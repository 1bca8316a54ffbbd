import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServiceProcess } from '../../e2e/service-process.js'
import { RedisServer, WITHOUT_SERVER } from '../../fleet/bus/redis-server.js'
import { OllamaStandIn } from '../../ollama-stand-in.js'
import { until } from '../../until.js'
import { dashboardQueries } from '../grafana-dashboard.js'
import { hasTool, skipped } from '../tool.js'
import { PrometheusProcess } from './prometheus-process.js'
import { asTruthValue, readRules } from './rule-files.js'

const found = hasTool('prometheus', { installedByCi: true })

describe.skipIf(!found)(
  `a real Prometheus scrapes the running service${skipped('prometheus', found)}`,
  () => {
    let ollama: OllamaStandIn
    let service: ServiceProcess
    let prometheus: PrometheusProcess
    let redis: RedisServer | null = null

    beforeAll(async () => {
      ollama = await OllamaStandIn.start()
      // Its figures are there even where no server is.
      redis = WITHOUT_SERVER ? null : await RedisServer.start()
      service = await ServiceProcess.start({
        SENTINEL_EXPLAIN: 'background',
        OLLAMA_HOST: ollama.url,
        SENTINEL_RETRAIN_EVERY: '10',
        SENTINEL_MAX_DELAY_MS: '0',
        SENTINEL_FLEET_URL: redis?.url ?? 'redis://127.0.0.1:1',
      })
      prometheus = await PrometheusProcess.start(new URL(service.url).host)
    })

    afterAll(async () => {
      await Promise.all([prometheus?.stop(), service?.stop(), ollama?.stop(), redis?.stop()])
    })

    /** A little traffic, with an anomaly at its end. */
    async function report(): Promise<void> {
      for (let i = 0; i < 60; i++) {
        await service.post('/analyze-flow', { latency: 100 + (i % 17), input_length: 1800 + i, errors: 0 })
      }
      await service.post('/analyze-flow', { latency: 9000, input_length: 1800, errors: 8, route: '/run' })
    }

    /** Asks until the query finds something, with traffic going on: rates need more than one scrape. */
    async function findsData(query: string): Promise<void> {
      await until(async () => {
        if ((await prometheus.count(query)) > 0) return true
        await report()
        return false
      }, `finding data by ${query}`)
    }

    test('every query of the recording rules and alerts finds data in it', async () => {
      await report()
      for (const { expr } of readRules('recording.yml')) await findsData(expr)
      for (const { expr } of readRules('alerts.yml')) await findsData(asTruthValue(expr))
    })

    test('the recorded series themselves are there', async () => {
      for (const { record = '' } of readRules('recording.yml')) await findsData(record)
    })

    test('every query of the dashboard finds data', async () => {
      const queries = dashboardQueries()
      expect(queries.length).toBeGreaterThan(25)
      for (const { query } of queries) await findsData(query)
    })

    test('no alert is firing but that on an incident, which an anomaly in sixty records may have opened', async () => {
      const others = 'ALERTS{alertstate="firing",alertname!="SentinelIncidentOpen"}'
      expect(await prometheus.count(others)).toBe(0)
    })
  },
)

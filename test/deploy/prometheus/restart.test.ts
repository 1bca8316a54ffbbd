import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { record } from '../../chaos/load.js'
import { ServiceProcess } from '../../e2e/service-process.js'
import { freePort } from '../../free-port.js'
import { until } from '../../until.js'
import { hasTool, skipped } from '../tool.js'
import { PrometheusProcess } from './prometheus-process.js'

const found = hasTool('prometheus', { installedByCi: true })
const BEFORE = 600

test.skipIf(!found)(
  `a real Prometheus counts what was reported, over a crash and a restored state${skipped('prometheus', found)}`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-crash-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const port = await freePort()
    const start = () =>
      ServiceProcess.start({
        SENTINEL_PORT: String(port),
        SENTINEL_STATE_DIR: dir,
        SENTINEL_STATE_INTERVAL_MS: '86400000',
      })
    const report = async (service: ServiceProcess, n: number): Promise<void> => {
      for (let i = 0; i < n; i++) await service.post('/analyze-flow', record(i))
    }
    const first = await start()
    await report(first, BEFORE)
    await first.stop()

    const killed = await start()
    const prometheus = await PrometheusProcess.start(`127.0.0.1:${port}`)
    onTestFinished(() => prometheus.stop())
    const scraped = (query: string) => until(async () => (await prometheus.count(query)) > 0, query)
    await scraped('sentinel_score_count == 0')
    await report(killed, 30)
    await scraped('sentinel_score_count == 30')
    await killed.stop('SIGKILL')

    const restored = await start()
    onTestFinished(async () => void (await restored.stop('SIGKILL')))
    expect(restored.log.find(({ msg }) => msg === 'state restored')).toMatchObject({ records: BEFORE })
    await report(restored, 20)
    await scraped('sentinel_score_count == 20')
    // 50 were reported under its eyes; what it extrapolates at the ends of its window is a few more.
    const increase = 'increase(sentinel_score_count[5m])'
    expect(await prometheus.count(`${increase} > 40 and ${increase} < 100`)).toBe(1)
    expect(await prometheus.count('increase(sentinel_anomalies_total[5m]) < 51')).toBe(1)
  },
  60_000,
)

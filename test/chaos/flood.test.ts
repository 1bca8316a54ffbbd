import { setInterval } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { metricOf } from '../metric.js'
import { extent, LONG } from './extent.js'
import { Load } from './load.js'

const CONNECTIONS = 200
const SECONDS = extent(60, 1)
/** The gauge is a distance between ticks of a timer that is due every 10 ms. */
const TICK_S = 0.01

test(
  `${CONNECTIONS} connections for ${SECONDS} seconds: everything is answered, memory is bounded`,
  async () => {
    const service = await ServiceProcess.start({
      SENTINEL_CONTAMINATION: '0.01',
      SENTINEL_MAX_DELAY_MS: '200',
    })
    onTestFinished(async () => void (await service.stop('SIGKILL')))
    const memoryMb: number[] = []
    /** Of the seconds in which nothing was shed. */
    const lagS: number[] = []
    let shedBefore = 0
    const load = new Load(service.url, CONNECTIONS)
    const seconds = setInterval(1000)
    for await (const _ of seconds) {
      const text = await (await service.get('/metrics')).text()
      const value = (series: string) => Number(metricOf(text, series))
      memoryMb.push(value('sentinel_memory_mb'))
      const shedNow = value('sentinel_refused_requests_total{reason="load"}')
      if (shedNow === shedBefore) lagS.push(value('nodejs_eventloop_lag_p99_seconds') - TICK_S)
      shedBefore = shedNow
      expect((await service.get('/health/ready')).status).toBe(200)
      if (memoryMb.length === SECONDS) break
    }
    await load.stop()
    // What was not answered as it should was shed, and nothing else.
    expect(load.failures.filter((outcome) => outcome !== '503')).toEqual([])
    expect(load.answered + load.failures.length).toBe(load.sent)
    const shed = load.failures.length
    // A window, two forests and what is in flight: nothing that grows with the requests.
    expect(Math.max(...memoryMb)).toBeLessThan(400)
    if (!LONG) return
    const half = memoryMb.length >> 1
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number
    expect(median(memoryMb.slice(half))).toBeLessThan(median(memoryMb.slice(0, half)) * 1.25)
    const p99Ms = median(lagS) * 1000
    process.stdout.write(
      `flood: ${Math.round(load.answered / SECONDS)}/s, shed ${shed}, memory ${Math.max(...memoryMb)} MB, lag p99 ${p99Ms.toFixed(1)} ms\n`,
    )
  },
  extent(120_000, 30_000),
)

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type DetectorState } from '#sentinel/detector/detector.js'
import { decodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { ServiceProcess } from '../e2e/service-process.js'
import { extent } from './extent.js'
import { Load, record } from './load.js'

const ROUNDS = extent(50, 3)
const SETTINGS = { SENTINEL_RETRAIN_EVERY: '200', SENTINEL_HISTORY_MAX: '500' }

interface Kept {
  readonly detector: DetectorState & { readonly counts: { readonly records: number } }
  readonly anomalies: readonly { readonly id: string }[]
}

function lines(service: ServiceProcess, msg: string): Record<string, unknown>[] {
  return service.log.filter((line) => line.msg === msg)
}

test(
  `${ROUNDS} times kill -9 at a random moment under load: at most the last interval is lost, nothing damaged`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-chaos-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const environment = { ...SETTINGS, SENTINEL_STATE_DIR: dir, SENTINEL_STATE_INTERVAL_MS: '100' }
    const moments = fc.sample(fc.integer({ min: 1, max: extent(3000, 700) }), { seed: 11, numRuns: ROUNDS })
    let mostRecords = 0
    let written = 0
    for (const moment of moments) {
      const service = await ServiceProcess.start(environment)
      onTestFinished(async () => void (await service.stop('SIGKILL')))
      const restored = lines(service, 'state restored').at(-1)
      expect(service.log.filter((line) => line.level === 'error')).toEqual([])

      const startedWith = Number(restored?.records ?? 0)
      expect(startedWith).toBeGreaterThanOrEqual(written)
      expect(startedWith).toBeLessThanOrEqual(mostRecords)
      if (restored !== undefined) await expectAsKept(service, join(dir, 'sentinel.state'))

      const load = new Load(service.url, 8)
      await load.reached(moment)
      await service.stop('SIGKILL')
      await load.stop()
      mostRecords = startedWith + load.sent + 1
      written = Math.max(written, ...lines(service, 'state written').map(({ records }) => Number(records)))
    }
    expect(written).toBeGreaterThan(0)
  },
  extent(600_000, 60_000),
)

/** The service is where the file says, and judges as a detector does that was given the same state. */
async function expectAsKept(service: ServiceProcess, path: string): Promise<void> {
  const kept = decodeState(await readFile(path)) as unknown as Kept
  expect(lines(service, 'state restored').at(-1)).toMatchObject({
    records: kept.detector.counts.records,
    anomalies: kept.anomalies.length,
  })
  const twin = await Detector.create(loadConfig(SETTINGS).detector)
  twin.restore(kept.detector)
  // A state of just before the first fit asks for that fit, here and there.
  await twin.settled()
  while ((await service.metric('sentinel_model_generation')) !== twin.generation) await sleep(10)
  const probe = record(kept.detector.counts.records) as Telemetry
  const { score, confidence, threshold, generation } = twin.analyze(probe, { detail: true })
  const answer = (await (await service.post('/analyze-flow?detail=true', probe)).json()) as { detail: object }
  expect(answer.detail).toMatchObject({ score, confidence, threshold, generation })
  await twin.close()
}

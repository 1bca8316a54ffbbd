import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { mulberry32 } from '../../made-up/random.js'
import { withAttacks } from '../../made-up/recipes.js'
import { dataFolder, readOpenStack } from '../../made-up/streams.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { ServiceProcess } from './service-process.js'

/** Made-up traffic that does not say when it came, and that of a real API, which does. */
const madeUp = withAttacks(codeRunnerTraffic(140, 7), 0.05, mulberry32(8))
const folder = dataFolder()

/** Answers with all their details, but for the ids by which incidents are looked up: those tell the time. */
async function replay(
  service: ServiceProcess,
  records: readonly object[],
  between: (record: number) => Promise<void> = async () => {},
): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const [i, record] of records.entries()) {
    await between(i)
    const answer = await service.post('/analyze-flow?detail=true', record)
    expect(answer.status).toBe(200)
    const { detail, ...verdict } = (await answer.json()) as { detail: { incident: string | null } }
    answers.push({ ...verdict, detail: { ...detail, incident: detail.incident !== null } })
  }
  return answers
}

async function freshReplay(records: readonly object[], environment: Record<string, string>) {
  const service = await ServiceProcess.start({ SENTINEL_FIT: 'sync', ...environment })
  try {
    return await replay(service, records)
  } finally {
    await service.stop()
  }
}

/** Pauses now and then, and has the process stop and go on half-way. */
async function haltingReplay(records: readonly object[], environment: Record<string, string>) {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-replay-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const answers: unknown[] = []
  const middle = Math.floor(records.length / 2) + 7
  for (const part of [records.slice(0, middle), records.slice(middle)]) {
    const service = await ServiceProcess.start({
      SENTINEL_FIT: 'sync',
      SENTINEL_STATE_DIR: dir,
      ...environment,
    })
    answers.push(...(await replay(service, part, (i) => (i % 50 === 49 ? pause(30) : Promise.resolve()))))
    await service.stop()
  }
  return answers
}

const CASES: [name: string, baseline: string, records: readonly object[]][] = [
  ['made-up traffic without times', 'guarded', madeUp],
  ['made-up traffic without times', 'window', madeUp],
]
if (folder !== null)
  CASES.push(['a log of a real API', 'guarded', readOpenStack(folder).records.slice(0, 160)])

test.each(CASES)(
  'with SENTINEL_FIT=sync %s, baseline %s, replayed at full speed, and in fits and starts over a restart, is judged alike',
  async (_, baseline, records) => {
    const environment = { SENTINEL_BASELINE: baseline }
    const first = await freshReplay(records, environment)
    const halting = await haltingReplay(records, environment)
    const judgedByForest = first.filter((answer) =>
      JSON.stringify(answer).includes('"detector":"forest"'),
    ).length
    // The first forest is there for the record after the one that made it due.
    expect(judgedByForest).toBe(records.length - 50)
    expect(halting).toEqual(first)
  },
  180_000,
)

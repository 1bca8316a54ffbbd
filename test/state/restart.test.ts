import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import type { App } from '#sentinel/http/app.js'
import { SentinelMetrics } from '#sentinel/http/metrics/sentinel-metrics.js'
import { StateFile } from '#sentinel/state/file/state-file.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { attacked } from '../../made-up/recipes.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { facts } from '../alerts/incidents.js'
import { ATTACK, analyze, firstForest, historySize, metric, NORMAL, startApp } from '../http/subject.js'
import { until } from '../until.js'
import { Watched } from '../watched-sentinel.js'
import { failingFiles } from './file/failing-files.js'

let dir: string
const log: Record<string, unknown>[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-state-'))
  log.length = 0
  onTestFinished(() => rm(dir, { recursive: true }))
})

function start(environment: Record<string, string> = {}): Promise<App> {
  return startApp(
    { SENTINEL_STATE_DIR: dir, SENTINEL_RETRAIN_EVERY: '1000', ...environment },
    { logger: { stream: { write: (line) => log.push(JSON.parse(line)) } } },
  )
}

/** So many records, the 50th of which brings the forest that judges those after it. */
async function learn(app: App, n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    await analyze(app, { ...NORMAL, latency: 100 + (i % 37), input_length: 1800 + (i % 91) })
    if (i === 49) await firstForest(app)
  }
}

/** No file takes anything any more, as on a full disk. */
function withoutSpace() {
  return failingFiles('writeFile', 'ENOSPC')
}

function messages(): unknown[] {
  return log.map((line) => line.msg)
}

test('a service that is stopped and started goes on as if nothing had been', async () => {
  const before = await start()
  await learn(before, 60)
  await analyze(before, ATTACK)
  const probe = { ...NORMAL, latency: 131, route: '/probe' }
  await before.close()
  const kept = await start()
  const again = (await analyze(kept, probe, '?detail=true')).json()
  await kept.close()

  const uninterrupted = await startApp({ SENTINEL_RETRAIN_EVERY: '1000' })
  await learn(uninterrupted, 60)
  await analyze(uninterrupted, ATTACK)
  expect((await analyze(uninterrupted, probe, '?detail=true')).json()).toEqual(again)

  const third = await start()
  expect(await historySize(third)).toBe(62)
  const { anomalies } = (await third.inject('/anomalies')).json()
  expect(anomalies.length).toBeGreaterThan(0)
  const one = (await third.inject(`/anomalies/${anomalies.at(-1).id}`)).json()
  expect(one.detail.contributions).toHaveLength(3)
  expect(messages()).toContain('state restored')
})

test('every counter begins at 0 with its process, whatever was restored', async () => {
  const before = await start()
  await learn(before, 60)
  await analyze(before, ATTACK)
  expect(await metric(before, 'sentinel_score_count')).toEqual({ '': 61 })
  await before.close()
  const after = await start()
  const text = (await after.inject('/metrics')).body
  expect(await historySize(after)).toBe(61)
  const counters = [...text.matchAll(/^# TYPE (sentinel_\w+) (?:counter|histogram)$/gm)].map(
    ([, name]) => name,
  )
  expect(counters.length).toBeGreaterThan(15)
  for (const name of counters as string[]) {
    // What was asked for to read them.
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(name) && !line.includes('endpoint="/metrics",method="GET"'))
    for (const line of lines) expect(line).toMatch(/ 0$/)
  }
})

test('under a forest from a file the window and the anomalies go on', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3 })
  forest.fit(Array.from({ length: 200 }, (_, i) => [100 + (i % 37), 1800 + (i % 91), 0]))
  const SENTINEL_FOREST = join(dir, 'forest.bin')
  await writeFile(SENTINEL_FOREST, forest.toBytes())
  const learning = await start()
  await learn(learning, 60)
  await analyze(learning, ATTACK)
  await learning.close()

  const given = await start({ SENTINEL_FOREST })
  const { detail } = (await analyze(given, ATTACK, '?detail=true')).json()
  expect(detail).toMatchObject({ score: forest.score([9000, 1800, 8]), generation: 1 })
  // The guarded baseline only counts its history: the records that it learnt from stand in for the window.
  expect(detail.fitted_rows).toBeGreaterThan(50)
  expect(detail.fitted_rows).toBeLessThan(61)
  await given.close()
  const again = await start({ SENTINEL_FOREST })
  expect(await historySize(again)).toBe(detail.fitted_rows + 1)
  expect(await metric(again, 'sentinel_model_generation')).toEqual({ '': 1 })
  // When the forest was fitted is not known any more, and 1970 it was not.
  expect(await metric(again, 'sentinel_model_last_fit_timestamp_seconds')).toEqual({})
  const { anomalies } = (await again.inject('/anomalies')).json()
  expect(anomalies[0].prediction_score).toBe(detail.score)
  await again.close()
  expect(log.filter((line) => line.level === 'error')).toEqual([])
})

test('anomalies after a restart sort after those before it, even when the clock has gone back', async () => {
  const before = await start()
  const first = (await analyze(before, ATTACK)).headers['x-anomaly-id']
  await before.close()
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  onTestFinished(() => void vi.useRealTimers())
  const after = await start()
  const second = (await analyze(after, ATTACK)).headers['x-anomaly-id']
  expect(String(second) > String(first)).toBe(true)
  expect((await after.inject('/health')).json().timestamp).toMatch(/^1970-01-01T00:00:00/)
})

test('incidents go on, and one that was open goes on being open', async () => {
  const serve = async (nowMs?: number) => {
    const metrics = new SentinelMetrics()
    const state = { store: new StateFile(dir) }
    const watched = await Watched.create({ state }, nowMs)
    const app = await startApp({}, { sentinel: watched.sentinel, metrics })
    return { watched, app, incidents: watched.sentinel.incidents }
  }
  const runsAway = { name: 'code that runs away', latency: 14, inputLength: 1, errors: 2 }
  const attack = codeRunnerTraffic(100, 11)
    .filter(({ route }) => route === '/run')
    .map((record) => attacked(record, runsAway))
  const before = await serve()
  const closed = before.incidents.open(facts({ feature: 'errors' })).id
  before.incidents.close(closed)
  await before.watched.judge([...codeRunnerTraffic(1000, 10), ...attack])
  const open = before.incidents.list({ open: true }).map(({ id }) => id)
  expect(open).toHaveLength(1)
  const listed = (await before.app.inject('/incidents')).json()
  await before.watched.sentinel.close()

  const after = await serve(before.watched.nowMs)
  expect((await after.app.inject('/incidents')).json()).toEqual(listed)
  expect(await metric(after.app, 'sentinel_incidents_open')).toEqual({ '': 1 })
  const { anomaly } = await after.watched.judgeOne(attack[0] as Telemetry)
  expect(anomaly?.incident).toBe(open[0])
  const later = after.incidents.open(facts({ route: '/later' })).id
  const ids = [closed, open[0], anomaly?.id, later]
  expect(ids.toSorted()).toEqual(ids)
})

test('only its user may read the file, no user id is in it, and the folder may be a new one', async () => {
  const nested = join(dir, 'a', 'b')
  const app = await start({ SENTINEL_STATE_DIR: nested })
  await analyze(app, { ...ATTACK, user_id: 'alice@example.org' })
  await app.close()
  expect(await readdir(nested)).toEqual(['sentinel.state'])
  expect((await stat(join(nested, 'sentinel.state'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(nested, 'sentinel.state'), 'latin1')).not.toContain('alice')
})

test('an unchanged state is not written again', async () => {
  const app = await start()
  await analyze(app, NORMAL)
  await app.close()
  const written = (await stat(join(dir, 'sentinel.state'))).ino
  await (await start()).close()
  expect((await stat(join(dir, 'sentinel.state'))).ino).toBe(written)
})

describe('a file that is', () => {
  const damage: [string, (bytes: Buffer) => Buffer][] = [
    ['empty', () => Buffer.alloc(0)],
    ['cut', (bytes) => bytes.subarray(0, bytes.length - 9)],
    [
      'flipped in one bit',
      (bytes) =>
        Buffer.concat([bytes.subarray(0, 99), Buffer.of(0xff ^ (bytes[99] ?? 0)), bytes.subarray(100)]),
    ],
    ['someone else’s', () => Buffer.from('{"not":"ours"}'.repeat(50))],
    ['zeroes', (bytes) => Buffer.alloc(bytes.length)],
  ]

  test.each(damage)(
    '%s is set aside with one line in the log, and the service starts afresh',
    async (_what, change) => {
      const path = join(dir, 'sentinel.state')
      const before = await start()
      await learn(before, 60)
      await before.close()
      const damaged = change(await readFile(path))
      await writeFile(path, damaged)
      log.length = 0

      const after = await start()
      expect(await historySize(after)).toBe(0)
      const errors = log.filter((line) => line.level === 'error')
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatchObject({
        msg: 'the state cannot be used and was set aside; the service starts afresh',
        path,
        asidePath: expect.stringMatching(/\/sentinel\.state\.damaged-\d{4}-[\dT.Z-]+$/),
        reason: expect.any(String),
      })
      expect(await readFile(String(errors[0]?.asidePath))).toEqual(damaged)
      expect((await analyze(after, NORMAL)).statusCode).toBe(200)
      await after.close()
      const third = await start()
      expect(await historySize(third)).toBe(1)
    },
  )
})

describe('a disk that is', () => {
  test('full leaves the last state and the service as they are, and says so once', async () => {
    const first = await start()
    await analyze(first, NORMAL)
    await first.close()
    log.length = 0
    const full = await withoutSpace()
    const app = await start({ SENTINEL_STATE_INTERVAL_MS: '100' })
    await until(async () => {
      expect((await analyze(app, NORMAL)).statusCode).toBe(200)
      return ((await metric(app, 'sentinel_state_saves_total'))['{outcome="failed"}'] ?? 0) >= 2
    }, 'failing twice')
    const failures = log.filter((line) => line.level === 'error')
    expect(failures).toMatchObject([
      { msg: 'state cannot be written; the service goes on and keeps trying', err: { code: 'ENOSPC' } },
    ])
    full.mockRestore()
    await until(async () => {
      expect((await analyze(app, NORMAL)).statusCode).toBe(200)
      return messages().includes('state is written again')
    }, 'writing again')
    expect((await metric(app, 'sentinel_state_saved_timestamp_seconds'))['']).toBeGreaterThan(0)
  })

  test('no place for a folder does not keep the service from its work', async () => {
    const file = join(dir, 'file')
    await writeFile(file, '')
    const app = await start({ SENTINEL_STATE_DIR: join(file, 'state') })
    expect((await analyze(app, NORMAL)).statusCode).toBe(200)
    await app.close()
    expect(log.at(-1)).toMatchObject({ level: 'error', err: { code: 'ENOTDIR' } })
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { StateFile } from '#sentinel/state/file/state-file.js'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'
import { type Ran, ran } from '../ran.js'

const START_MS = Date.UTC(2026, 0, 1)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-replay-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const replay = (args: readonly string[], input = ''): Promise<Ran> =>
  ran(['replay', ...args], { cwd: folder, input })

/** Ordinary traffic, 50 records a second, with a flood of slow ones on one route. */
function traffic(records: number): Record<string, unknown>[] {
  return codeRunnerTraffic(records, 9).map((record, i) => {
    const attack = i >= records - 120 && i % 2 === 0
    return {
      ...record,
      latency: attack ? record.latency * 40 : record.latency,
      timestamp: new Date(START_MS + i * 20).toISOString(),
      label: attack ? 1 : 0,
    }
  })
}

const ndjson = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n')

test('a file is judged alike in every run, from text, gzip, a pipe and in parts', async () => {
  const records = traffic(1500)
  const whole = ndjson(records)
  await Promise.all([
    writeFile(join(folder, 'a.ndjson'), `${whole}\n\n`),
    writeFile(join(folder, 'a.ndjson.gz'), gzipSync(whole)),
    // Halves in the wrong order, and each record in one of two files.
    writeFile(join(folder, 'even.ndjson'), ndjson(records.filter((_, i) => i % 2 === 0))),
    writeFile(join(folder, 'odd.ndjson'), ndjson(records.filter((_, i) => i % 2 === 1))),
  ])
  const ways = [['a.ndjson'], ['a.ndjson.gz'], ['-'], ['odd.ndjson', 'even.ndjson']]
  const runs = await Promise.all(
    ways.map((files) => replay([...files, '--format', 'json'], files[0] === '-' ? whole : '')),
  )
  for (const { code, err } of runs) expect([code, err]).toEqual([0, ''])
  const [first, ...others] = runs.map(({ out }) => JSON.parse(out) as Record<string, unknown>)
  for (const other of others) expect(other).toEqual(first)
  expect(first).toMatchObject({
    records: 1500,
    rejected: 0,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-01T00:00:29.980Z',
    labels: { labelled: 1500, anomalies: 60 },
  })
  const { labels, incidents } = first as { labels: Record<string, number>; incidents: { opened: string }[] }
  expect(labels.recall).toBeGreaterThan(0.9)
  expect(labels.auroc).toBeGreaterThan(0.99)
  // Its time is that of the records.
  expect(incidents.at(-1)?.opened).toMatch(/^2026-01-01T00:00:2/)
}, 90_000)

test('bad lines are rejected alone and told of; other settings are counted; a requirement can fail', async () => {
  const lines = traffic(1300).map((record) => JSON.stringify(record))
  lines[10] = '{"latency":1,'
  lines[20] = '{"latency":-1,"input_length":1,"errors":0}'
  const input = lines.join('\n')
  const [text, answers] = await Promise.all([
    replay(['-', '--what-if', 'alert-rate=0.01,0.001', '--fail-on', 'incident'], input),
    replay(['-', '--format', 'ndjson'], input),
  ])
  expect(text.code).toBe(1)
  expect(text.out).toContain('1,298 records judged, 2 rejected')
  expect(text.out).toMatch(/-:11 {2}it is not valid JSON\n {2}-:21 {2}latency must be .*; got -1\n/)
  expect(text.out).toMatch(/at an alert rate of 0\.01\n.*at an alert rate of 0\.001\n/)
  expect(text.out).toMatch(/ freeze +Latency of /)
  const told = answers.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; status: string })
  expect(told.map(({ line }) => line)).toEqual(lines.map((_, i) => i + 1))
  expect(told.filter(({ status }) => status === 'REJECTED').map(({ line }) => line)).toEqual([11, 21])
  expect(told.some(({ status }) => status === 'THREAT_DETECTED')).toBe(true)
}, 90_000)

test('what was learnt is left for a service to go on with', async () => {
  const state = join(folder, 'state')
  expect((await replay(['-', '--save-state', state], ndjson(traffic(1200)))).code).toBe(0)
  const sentinel = await Sentinel.create({ state: { store: new StateFile(state), intervalMs: 60_000 } })
  expect([sentinel.detector.trained, sentinel.detector.historySize]).toEqual([true, 1000])
  await sentinel.close()
}, 60_000)

test.each([
  [[], 2, 'needs a file'],
  [['a', '--loud'], 2, "Unknown option '--loud'"],
  [['a', '--input', 'xml'], 2, '--input must be one of ndjson'],
  [['a', '--what-if', 'alert-rate=2'], 2, '--what-if must be'],
  [['missing.ndjson'], 3, 'missing.ndjson cannot be read: there is no such file'],
  [['.'], 3, 'it is a folder'],
  [['-'], 3, '- is of no kind that is known by its first line'],
])('a call that cannot be met says so in one line: %j', async (args, code, message) => {
  const ran = await replay(args, 'hello\n')
  expect([ran.code, ran.out]).toEqual([code, ''])
  expect(ran.err.trim().split('\n')).toEqual([expect.stringContaining(message)])
})

test('a file that breaks off inside its gzip cannot be read', async () => {
  await writeFile(join(folder, 'cut.gz'), gzipSync(ndjson(traffic(400))).subarray(0, -20))
  const { code, err } = await replay(['cut.gz'])
  expect([code, err]).toEqual([3, expect.stringContaining('its gzip is damaged')])
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { buildApp } from '#sentinel/http/app.js'
import { rowOf } from '../../made-up/rows.js'
import { cloudTraffic } from '../../made-up/traffic.js'
import { readFixture } from '../forest/fixture.js'
import { ServiceProcess } from './service-process.js'

const SERVER = fileURLToPath(import.meta.resolve('#sentinel/server.js'))
const N_RECORDS = 160
const HISTORY_MAX = 100
const AT_A_TIME = 16

interface Detail {
  readonly score: number
  readonly confidence: number
  readonly threshold: number
  readonly generation: number
  readonly detector: string
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-forest-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** As the playground fits: room for the rows, all of them in one array, a contamination of its own. */
async function fitted(): Promise<IsolationForest> {
  const rows = cloudTraffic(1500, 3).map(rowOf)
  const forest = await IsolationForest.create({ nFeatures: 3, contamination: 0.05, maxRows: rows.length })
  return forest.fit({ data: Float64Array.from(rows.flat()), nRows: rows.length })
}

function exported(name: 'telemetry' | 'telemetry-auto'): ReturnType<typeof readFixture> {
  return readFixture(name)
}

interface Source {
  readonly forest: IsolationForest
  readonly content: Uint8Array | string
}

const SOURCES: [string, () => Promise<Source>][] = [
  [
    'the bytes of a forest',
    async () => {
      const forest = await fitted()
      return { forest, content: forest.toBytes() }
    },
  ],
  [
    'a document of scikit-learn with its training rows',
    async () => {
      const doc = exported('telemetry')
      return { forest: await IsolationForest.fromScikitLearn(doc), content: JSON.stringify(doc) }
    },
  ],
  [
    'a document with the scores alone, an automatic threshold and a byte order mark',
    async () => {
      const { train: _, ...doc } = exported('telemetry-auto')
      return { forest: await IsolationForest.fromScikitLearn(doc), content: `\ufeff${JSON.stringify(doc)}` }
    },
  ],
]

describe.each(SOURCES)('the service with %s', (_what, make) => {
  let service: ServiceProcess
  let forest: IsolationForest
  beforeAll(async () => {
    const source = await make()
    forest = source.forest
    const path = join(folder, 'any-name')
    await writeFile(path, source.content)
    service = await ServiceProcess.start({
      SENTINEL_FOREST: path,
      SENTINEL_HISTORY_MAX: String(HISTORY_MAX),
    })
  })
  afterAll(() => service?.stop('SIGKILL'))

  it('is trained before the first record', async () => {
    expect(await (await service.get('/health')).json()).toMatchObject({
      detector_trained: true,
      history_size: 0,
    })
    expect(await (await service.get('/health/ready')).json()).toMatchObject({ samples_needed: 0 })
    expect(await service.metric('sentinel_model_generation')).toBe(1)
  })

  it('gives every record the score, the label and the confidence that the library gives', async () => {
    const records = cloudTraffic(N_RECORDS, 11).map((record, index) =>
      index % 20 === 0 ? { ...record, latency: record.latency * (index % 7), errors: index % 9 } : record,
    )
    const labels = new Set<string>()
    for (let from = 0; from < records.length; from += AT_A_TIME) {
      await Promise.all(
        records.slice(from, from + AT_A_TIME).map(async (record) => {
          const answer = await service.post('/analyze-flow?detail=true', record)
          const { status, detail } = (await answer.json()) as { status: string; detail: Detail }
          const score = forest.score(rowOf(record))
          expect(Math.abs(detail.score - score)).toBeLessThan(1e-12)
          expect(status).toBe(forest.isAnomaly(rowOf(record)) ? 'THREAT_DETECTED' : 'OK')
          expect(detail.confidence).toBeCloseTo(forest.confidence(score), 12)
          expect(detail).toMatchObject({ threshold: forest.threshold, generation: 1, detector: 'forest' })
          labels.add(status)
        }),
      )
    }
    expect([...labels].sort()).toEqual(['OK', 'THREAT_DETECTED'])
  }, 60_000)

  it('has fitted nothing after them, and knows no age of its forest', async () => {
    expect(await service.metric('sentinel_score_count')).toBe(N_RECORDS)
    expect(await service.metric('sentinel_history_size')).toBe(HISTORY_MAX)
    for (const outcome of ['ok', 'failed']) {
      expect(await service.metric(`sentinel_model_fits_total{outcome="${outcome}"}`)).toBe(0)
    }
    expect(await service.metric('sentinel_model_generation')).toBe(1)
    expect(await service.metric('sentinel_model_last_fit_timestamp_seconds')).toBeUndefined()
    expect(service.log).toContainEqual(expect.objectContaining({ forestFile: join(folder, 'any-name') }))
  })

  it('has no static limits', async () => {
    const harmless = { latency: 1, input_length: 1, errors: 6 }
    const answer = await service.post('/analyze-flow?detail=true', harmless)
    expect(((await answer.json()) as { detail: Detail }).detail.detector).toBe('forest')
  })
})

/** Starts the service with these settings, and gives all that it said before it ended. */
async function refusal(
  environment: Record<string, string>,
  user: { uid?: number } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, SENTINEL_PORT: '0', ...environment }
  const child = spawn(process.execPath, [SERVER], { ...user, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}

const ALLOWED =
  'it must be a file of at most 64 MiB with a forest of latency, input_length and errors, as toBytes() gives it or as JSON from scikit-learn'

function expectOneLine(ended: Awaited<ReturnType<typeof refusal>>, path: string, reason: string): void {
  expect(ended).toMatchObject({ code: 1, stdout: '' })
  expect(ended.stderr).toMatch(/^codeflow-sentinel: .*\n$/)
  expectReason(ended.stderr.slice('codeflow-sentinel: '.length, -1), path, reason)
}

/** What a process writes as its one line, without the start of a process. */
async function expectRefusal(path: string, reason: string): Promise<void> {
  const config = loadConfig({ SENTINEL_FOREST: path, SENTINEL_EXPLAIN: 'rules' })
  const refused: unknown = await buildApp({ config, logger: false }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ConfigError)
  expectReason((refused as ConfigError).message, path, reason)
}

function expectReason(line: string, path: string, reason: string): void {
  expect(line).not.toContain('\n')
  expect(line).toMatch(/^SENTINEL_FOREST=/)
  expect(line).toContain(`${JSON.stringify(path)} cannot be used: `)
  expect(line).toContain(reason)
  expect(line.endsWith(`; ${ALLOWED}`)).toBe(true)
}

const json = (change: object): string => JSON.stringify({ ...exported('telemetry-auto'), ...change })
const bytes = async (change: (forest: Uint8Array) => Uint8Array): Promise<Uint8Array> =>
  change((await fitted()).toBytes())

const WRONG: [string, string, () => Uint8Array | string | Promise<Uint8Array | string>][] = [
  ['is empty', 'it is empty', () => ''],
  ['is neither', 'it is neither forest bytes nor JSON', () => '{"trees": ['],
  ['is text in another encoding', 'it is neither forest bytes nor JSON', () => Buffer.from('{}', 'utf16le')],
  ['has lost its end', 'truncated', () => bytes((forest) => forest.slice(0, -1))],
  ['has a flipped bit', 'the checksum does not match', () => bytes((forest) => forest.fill(1, 700, 701))],
  ['is of a version to come', 'version 9 is not 1 to 3', () => bytes((forest) => forest.fill(9, 4, 5))],
  [
    'has other features',
    'the forest has 1 features; 3 are needed: latency, input_length, errors',
    async () => (await IsolationForest.create({ nFeatures: 1 })).fit([[1], [2]]).toBytes(),
  ],
  ['is JSON and no forest', 'trees, an array', () => '{"latency": 12}'],
  ['is JSON and no object', 'trees, an array', () => 'null'],
  ['has a tree that is none', 'tree 0: children_left must be an array', () => json({ trees: [1] })],
  ['has training rows that are none', 'train must be an array', () => json({ train: { length: 9 } })],
  ['has ten features', 'the forest has 10 features', () => JSON.stringify(readFixture('ten-features'))],
  [
    'cannot say how sure it is',
    'export train_score_samples or train with it',
    () => json({ train: undefined, train_score_samples: undefined }),
  ],
]

describe('a file in SENTINEL_FOREST ends the start with one line when it', () => {
  it.each(WRONG)('%s', async (what, reason, make) => {
    const path = join(folder, what.replaceAll(' ', '-'))
    await writeFile(path, await make())
    await expectRefusal(path, reason)
  })

  it('is not there, is a folder or a device', async () => {
    const missing = join(folder, 'missing')
    expectOneLine(await refusal({ SENTINEL_FOREST: missing }), missing, 'there is no such file')
    await expectRefusal(folder, 'it is a directory')
    await expectRefusal('/dev/null', 'it is no regular file')
  })

  it('is larger than a forest can sensibly be', async () => {
    const path = join(folder, 'huge')
    const file = await open(path, 'w')
    await file.truncate(64 * 2 ** 20 + 1)
    await file.close()
    await expectRefusal(path, 'it has 67108865 bytes')
  })

  it('may not be read', async () => {
    const path = join(folder, 'secret')
    await writeFile(path, await readFile(SERVER))
    await chmod(path, 0)
    await chmod(folder, 0o755)
    // Root may read everything.
    const user = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    expectOneLine(await refusal({ SENTINEL_FOREST: path }, user), path, 'it may not be read by this user')
  })

  it('is to judge by route, which it knows nothing of', async () => {
    const path = join(folder, 'forest')
    await writeFile(path, await bytes((forest) => forest))
    expect(await refusal({ SENTINEL_FOREST: path, SENTINEL_BASELINE: 'guarded' })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'codeflow-sentinel: SENTINEL_BASELINE="guarded" cannot be used: it must be window, or left out, where SENTINEL_FOREST is set\n',
    })
  })
})

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { appWith, batch, inMemory, ownFolder, SHOP, settings, shown, steps } from '../detectors/configured.js'
import { ServiceProcess } from '../e2e/service-process.js'
import { freePort } from '../free-port.js'
import { type Ran, ran } from './ran.js'
import { line, Watched } from './watch/watched.js'

/** What is beyond a limit is told of in every run. */
const LIMITED = SHOP.replace('unit: ms }', 'unit: ms, limit: 60000 }')
const far = (service: string) => ({ service, step: '/pay0', ms: 90_000, items: 3 })

const run = (command: string, args: readonly string[], env: object, input = ''): Promise<Ran> =>
  ran([command, ...args], { cwd: ownFolder(), env, input })

/** More entities than there are places, records of nobody, and attacks, in an order of their own. */
function traffic(): Record<string, unknown>[] {
  const streams = ['a', 'b', 'c', 'd', ''].map((service, k) =>
    steps(service, 160, k + 1, 60 * (k + 1)).map((record, i) =>
      k < 2 && i > 140 ? { ...record, ms: 59_990 + i } : record,
    ),
  )
  return Array.from({ length: 160 }, (_, i) =>
    streams.map((stream) => stream[i] as Record<string, unknown>),
  ).flat()
}

test('replay judges by the detector that is named as the service does, to the bit', async () => {
  const records = traffic()
  const app = await appWith(LIMITED)
  const answers: { status: string; action?: string; reason?: string; p?: number }[] = []
  for (const record of records) {
    const answer = await app.inject({
      method: 'POST',
      url: '/detectors/checkout/analyze-flow?detail=true',
      payload: record,
    })
    const { detail, ...said } = answer.json()
    answers.push({ ...said, p: detail.p, prediction_score: detail.score })
  }
  const input = records.map(line).join('')
  const ran = await run(
    'replay',
    ['-', '--detector', 'checkout', '--format', 'ndjson'],
    settings(LIMITED),
    input,
  )
  expect([ran.code, ran.err]).toEqual([0, ''])
  const told = ran.out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text))
  expect(told.length).toBe(800)
  const compared = ({ status, action, reason, p, prediction_score }: Record<string, unknown>) => ({
    ...{ status, action, reason, p, prediction_score },
  })
  expect(told.map(compared)).toEqual(answers.map(compared))
  expect(told.some(({ status }) => status === 'THREAT_DETECTED')).toBe(true)
})

test('replay tells whose its incidents are, and leaves what was learnt for a service to go on with', async () => {
  const records = [...steps('a', 400), ...steps('b', 200, 2), ...Array(60).fill(far('a'))]
  const dir = join(ownFolder(), 'state')
  const input = records.map(line).join('')
  const args = ['-', '--detector', 'checkout', '--save-state', dir]
  const [text, json] = await Promise.all([
    run('replay', args, settings(LIMITED), input),
    run('replay', [...args.slice(0, 3), '--format', 'json'], settings(LIMITED), input),
  ])
  expect([text.code, text.err, json.code]).toEqual([0, '', 0])
  const { incidents } = JSON.parse(json.out)
  expect(incidents).toContainEqual(expect.objectContaining({ detector: 'checkout', entity: 'a' }))
  expect(text.out).toMatch(/ {2}a: Duration of /)
  const app = await appWith(LIMITED, { SENTINEL_STATE_DIR: dir })
  expect(await shown(app, 'checkout')).toMatchObject({ records: 0 })
  await batch(app, [far('a'), ...steps('b', 1)], 'checkout')
  expect(await inMemory(app, 'checkout')).toEqual({ a: 461, b: 201 })
})

test('prove tries copies by the detector that is named, each on the baseline of its entity', async () => {
  const input = [...steps('a', 400), ...steps('b', 400, 2, 4000)].map(line).join('')
  const args = ['-', '--detector', 'checkout', '--format', 'json', '--every', '10']
  const required = ['--require', 'duration x1000 >= 0.9', '--require', 'duration x1 >= 0.1']
  const ran = await run('prove', [...args, ...required], settings(LIMITED), input)
  expect([ran.code, ran.err]).toEqual([1, ''])
  const { records, caught, requirements } = JSON.parse(ran.out)
  expect(records).toBe(800)
  // 350 records of each come once it has a forest.
  expect(caught['duration x1000'].tried).toBe(70)
  expect(requirements).toMatchObject([
    { requirement: 'duration x1000 >= 0.9', met: true },
    { requirement: 'duration x1 >= 0.1', met: false },
  ])
})

test('without the option all is as it was: what default watches, by one baseline', async () => {
  const input = steps('a', 20).map(line).join('')
  const ran = await run('replay', ['-', '--format', 'json', '--input', 'ndjson'], settings(SHOP), input)
  expect(JSON.parse(ran.out)).toMatchObject({ records: 0, rejected: 20 })
  const named = await run('replay', ['-', '--detector', 'default', '--format', 'json'], {}, '{"latency":1}\n')
  expect(JSON.parse(named.out)).toMatchObject({ records: 0, rejected: 1 })
})

test.each(['replay', 'prove', 'watch'])(
  '%s says which detectors there are where the name is none',
  async (command) => {
    const ran = await run(command, ['-', '--detector', 'chekout'], settings(SHOP), line(far('a')))
    expect([ran.code, ran.out]).toEqual([2, ''])
    expect(ran.err).toBe(
      'codeflow-sentinel: --detector: there is no detector "chekout"; there are default, checkout\n',
    )
    const alone = await run(command, ['-', '--detector', 'chekout'], {}, line(far('a')))
    expect([alone.code, alone.err]).toEqual([
      2,
      'codeflow-sentinel: --detector: there is no detector "chekout"; there are default\n',
    ])
  },
)

test('a map may be of the detector that is named', async () => {
  const map = settings(`${LIMITED}`).SENTINEL_CONFIG as string
  const input = [...steps('a', 60), far('a')].map(line).join('')
  const ran = await run(
    'replay',
    ['-', '--map', map, '--detector', 'checkout', '--format', 'json'],
    {},
    input,
  )
  expect([ran.code, ran.err]).toEqual([0, ''])
  expect(JSON.parse(ran.out)).toMatchObject({ records: 61, rejected: 0 })
})

test('watch judges by the detector that is named, and goes on with its entities where it stopped', async () => {
  const dir = join(ownFolder(), 'state')
  mkdirSync(dir)
  const env = { ...(settings(LIMITED) as Record<string, string>), SENTINEL_STATE_DIR: dir }
  const watched = new Watched(['-', '--detector', 'checkout', '--output', 'ndjson'], env)
  watched.child.stdin.end([...steps('a', 120), far('a')].map(line).join(''))
  expect(await watched.exit).toBe(0)
  expect(watched.err).toMatch(
    /^121 records judged, 1 alerts, 0 lines were no records, 0 records were lost\n$/,
  )
  expect(watched.alerts).toMatchObject([{ status: 'THREAT_DETECTED', duration: 90_000, items: 3 }])
  // The baseline that nobody shares has learnt nothing.
  expect(readdirSync(join(dir, 'detectors')).length).toBe(1)
  const app = await appWith(LIMITED, { SENTINEL_STATE_DIR: dir })
  await batch(app, steps('a', 1), 'checkout')
  expect(await inMemory(app, 'checkout')).toEqual({ a: 122 })
})

test('watch has one of the detectors of a running sentinel judge', async () => {
  const service = await ServiceProcess.start(settings(LIMITED) as Record<string, string>)
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  // With the settings of the service, and where nothing here says what it watches.
  for (const [i, env] of [settings(LIMITED) as Record<string, string>, {}].entries()) {
    const args = ['-', '--to', service.url, '--detector', 'checkout', '--output', 'ndjson']
    const watched = new Watched(args, env)
    watched.child.stdin.end([...steps('a', 80), far('a')].map(line).join(''))
    expect([await watched.exit, watched.err]).toEqual([
      0,
      '81 records judged, 1 alerts, 0 lines were no records, 0 records were lost\n',
    ])
    expect(watched.alerts).toMatchObject([{ status: 'THREAT_DETECTED', id: expect.any(String) }])
    const { detectors } = (await (await service.get('/detectors')).json()) as {
      detectors: { name: string; entities: { in_memory: object[] } | null }[]
    }
    expect(detectors[1]?.entities?.in_memory).toMatchObject([{ entity: 'a', records: 81 * (i + 1) }])
  }
})

test('watch ends where the sentinel has no such detector, before a record comes and after it was away', async () => {
  const file = join(ownFolder(), 'steps.ndjson')
  writeFileSync(file, '')
  const port = await freePort()
  const service = await ServiceProcess.start({ ...settings(SHOP), SENTINEL_PORT: String(port) } as Record<
    string,
    string
  >)
  const told = (to: string) =>
    `codeflow-sentinel: ${to}: there is no detector "chekout"; there are default, checkout\n`
  const early = new Watched([file, '--to', service.url, '--detector', 'chekout'])
  expect(await early.exit).toBe(2)
  expect(early.err).toContain(told(service.url))
  await service.stop('SIGKILL')
  const late = new Watched([
    '-',
    '--to',
    `http://127.0.0.1:${port}`,
    '--detector',
    'chekout',
    '--format',
    'ndjson',
  ])
  late.child.stdin.write(line(far('a')))
  await expect.poll(() => late.err, { timeout: 30_000 }).toContain('records wait')
  const again = await ServiceProcess.start({ ...settings(SHOP), SENTINEL_PORT: String(port) } as Record<
    string,
    string
  >)
  onTestFinished(async () => void (await again.stop('SIGKILL')))
  expect(await late.exit).toBe(2)
  expect(late.err).toContain(told(`http://127.0.0.1:${port}`))
})

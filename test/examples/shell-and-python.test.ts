import { execFile, spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasTool, skipped } from '../deploy/tool.js'
import { ServiceProcess } from '../e2e/service-process.js'
import { deadAddress } from './silent-server.js'

const example = (file: string): string => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url))
const run = promisify(execFile)

const TOKEN = 'token-for-the-examples'
const curl = hasTool('curl')
const shellcheck = hasTool('shellcheck', { installedByCi: true })
const requests = hasTool('python3') && spawnSync('python3', ['-c', 'import requests']).status === 0

let service: ServiceProcess
beforeAll(async () => {
  service = await ServiceProcess.start({ SENTINEL_API_TOKEN: TOKEN, SENTINEL_MAX_DELAY_MS: '0' })
})
afterAll(() => service?.stop())

function watch(target: string, sentinel: string): Promise<{ stdout: string }> {
  const env = {
    PATH: process.env.PATH,
    SENTINEL_URL: sentinel,
    SENTINEL_API_TOKEN: TOKEN,
    COUNT: '3',
    INTERVAL: '0',
  }
  return run(example('shell/monitor.sh'), [target], { env })
}

async function historySize(): Promise<number> {
  return ((await (await service.get('/health')).json()) as { history_size: number }).history_size
}

test.skipIf(!curl)(`the shell monitor reports what it saw${skipped('curl', curl)}`, async () => {
  const before = await historySize()
  const { stdout } = await watch(`${service.url}/health`, service.url)
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(3)
  for (const line of lines) expect(line).toMatch(/^200 [\d.]+ms \d+B \{"status":"OK"\}$/)
  expect(await historySize()).toBe(before + 3)
})

test.skipIf(!curl)(`it goes on when target or sentinel are gone${skipped('curl', curl)}`, async () => {
  const gone = await deadAddress()
  expect((await watch(gone, service.url)).stdout).toMatch(
    /^000 [\d.]+ms 0B \{"status":"(OK|THREAT_DETECTED)"/,
  )
  expect((await watch(`${service.url}/health`, gone)).stdout).toMatch(/^200 .* \{"status":"UNKNOWN"\}$/m)
})

test.skipIf(!shellcheck)(`shellcheck has nothing to say${skipped('shellcheck', shellcheck)}`, async () => {
  expect((await run('shellcheck', [example('shell/monitor.sh')])).stdout).toBe('')
})

test.skipIf(!requests)(
  `the Python client gives verdicts and fails open${skipped('requests', requests)}`,
  () => {
    const records = [
      { latency: 120, input_length: 1800, errors: 0, route: '/run' },
      { latency: 9000, input_length: 1800, errors: 8, route: '/run' },
      { latency: -1, input_length: 1800, errors: 0 },
    ]
    const ask = (url: string): unknown[] => {
      const { stdout } = spawnSync('python3', [example('python/sentinel_client.py')], {
        env: { ...process.env, SENTINEL_URL: url, SENTINEL_API_TOKEN: TOKEN },
        input: records.map((record) => JSON.stringify(record)).join('\n'),
        encoding: 'utf8',
      })
      return stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
    }
    expect(ask(service.url)).toEqual([
      { status: 'OK' },
      expect.objectContaining({ status: 'THREAT_DETECTED', anomaly_id: expect.any(String) }),
      { status: 'UNKNOWN', reason: expect.stringMatching(/^400: /) },
    ])
    expect(ask('http://127.0.0.1:1').map((verdict) => (verdict as { status: string }).status)).toEqual([
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
    ])
  },
)

test.skipIf(!requests)(
  `the Python client as a pipe says which lines are no records, and goes on${skipped('requests', requests)}`,
  () => {
    const good = JSON.stringify({ latency: 120, input_length: 1800, errors: 0, route: '/run' })
    const lines = [
      `\uFEFF${good}`,
      '',
      '{"latency": 12',
      '[1, 2]',
      '7',
      '{"latency": 12}',
      '{"latency": NaN, "input_length": 1, "errors": 0}',
      '{"self": 1, "latency": 120, "input_length": 1800, "errors": 0}',
      Buffer.from([0xff, 0xfe]),
      `${'['.repeat(100_000)}`,
      '   ',
      good,
    ]
    const input = Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')])))
    const { stdout, stderr, status } = spawnSync('python3', [example('python/sentinel_client.py')], {
      env: { ...process.env, SENTINEL_URL: service.url, SENTINEL_API_TOKEN: TOKEN },
      input,
      encoding: 'utf8',
    })
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; reason?: string })
    expect(answers.map((answer) => answer.status)).toEqual([
      'OK',
      ...Array.from({ length: 5 }, () => 'UNKNOWN'),
      'OK',
      'UNKNOWN',
      'UNKNOWN',
      'OK',
    ])
    expect(answers.map((answer) => answer.reason ?? '')).toEqual([
      '',
      expect.stringMatching(/^line 3 is no record: it is no JSON/),
      expect.stringMatching(/^line 4 is no record: it is no JSON object/),
      expect.stringMatching(/^line 5 is no record/),
      expect.stringMatching(/^line 6 is no record: it lacks input_length, errors/),
      expect.stringMatching(/cannot be sent: .*JSON/),
      '',
      expect.stringMatching(/^line 9 is no record: it is no JSON/),
      expect.stringMatching(/^line 10 is no record/),
      '',
    ])
    expect(stderr).toContain('line 3 is no record')
    expect(stderr).toContain('left out: 6 lines that are no record, 2 empty ones')
    expect(status).toBe(0)
  },
)

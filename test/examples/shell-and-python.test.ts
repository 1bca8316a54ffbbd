import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { SentinelClient } from '../../examples/javascript/sentinel-client.mjs'
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

let LOCPATH: string
beforeAll(async () => {
  LOCPATH = await mkdtemp(join(tmpdir(), 'sentinel-locale-'))
  // Without the sources of the language the numbers are written with a point anyway.
  spawnSync('localedef', ['-i', 'de_DE', '-f', 'UTF-8', join(LOCPATH, 'de_DE.UTF-8')])
})
afterAll(() => rm(LOCPATH, { recursive: true }))

/** As on a machine that speaks German and has a proxy for what is far away, which does not answer. */
async function elsewhere(): Promise<Record<string, string>> {
  const proxy = await deadAddress()
  const proxies = {
    http_proxy: proxy,
    https_proxy: proxy,
    all_proxy: proxy,
    HTTP_PROXY: proxy,
    ALL_PROXY: proxy,
  }
  return { PATH: process.env.PATH ?? '', LOCPATH, LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8', ...proxies }
}

async function folderWithDotenv(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-client-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { port } = new URL(service.url)
  const lines = [
    `SENTINEL_API_TOKEN="${TOKEN},another-token"`,
    `export SENTINEL_PORT=${port} # the service`,
    'SENTINEL_URL=',
  ]
  await writeFile(join(folder, '.env'), lines.join('\r\n'))
  return folder
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

test.skipIf(!curl)(
  `the monitor writes numbers with a point and goes past proxies, whatever the machine is set to${skipped('curl', curl)}`,
  async () => {
    const env = { ...(await elsewhere()), SENTINEL_API_TOKEN: TOKEN, COUNT: '1' }
    const { stdout } = await run(example('shell/monitor.sh'), [`${service.url}/health`], {
      env: { ...env, SENTINEL_URL: `${service.url}/` },
    })
    expect(stdout).toMatch(/^200 \d+\.\d{3}ms \d+B \{"status":"OK"\}$/m)
  },
)

test.skipIf(!curl)(`the monitor reads the .env of the service${skipped('curl', curl)}`, async () => {
  const cwd = await folderWithDotenv()
  const env = { PATH: process.env.PATH, SENTINEL_URL: '', SENTINEL_API_TOKEN: '', COUNT: '1' }
  const { stdout } = await run(example('shell/monitor.sh'), [`${service.url}/health`], { cwd, env })
  expect(stdout).toMatch(/^200 .* \{"status":"OK"\}$/m)
})

test.skipIf(!requests)(
  `the Python client reads the .env of the service, and goes past proxies${skipped('requests', requests)}`,
  async () => {
    const cwd = await folderWithDotenv()
    for (const SENTINEL_URL of ['', `${service.url}/`, `${service.url}//`]) {
      const { stdout } = spawnSync('python3', [example('python/sentinel_client.py')], {
        cwd,
        env: { ...process.env, ...(await elsewhere()), SENTINEL_URL, SENTINEL_API_TOKEN: ' ' },
        input: '{"latency": 120, "input_length": 1800, "errors": 0}',
        encoding: 'utf8',
      })
      expect(JSON.parse(stdout)).toEqual({ status: 'OK' })
    }
  },
)

test.skipIf(!(curl && requests))('a path in the address of the sentinel stays', async () => {
  const asked: (string | undefined)[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url)
    request.resume().once('end', () => response.end('{"status":"OK"}'))
  })
  proxy.listen(0, '127.0.0.1')
  onTestFinished(() => void proxy.close())
  await once(proxy, 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/behind/a/proxy/`
  const env = { ...process.env, SENTINEL_URL: url, COUNT: '1' }
  await run(example('shell/monitor.sh'), [service.url], { env })
  const python = run('python3', [example('python/sentinel_client.py')], { env })
  python.child.stdin?.end('{"latency": 120, "input_length": 1800, "errors": 0}')
  await python
  expect(await new SentinelClient({ url }).analyze({ latency: 1, input_length: 1, errors: 0 })).toEqual({
    status: 'OK',
  })
  expect(asked).toEqual(Array(3).fill('/behind/a/proxy/analyze-flow'))
})

test.skipIf(!(curl && requests))('both go by a Unix socket, without a token', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'sentinel-socket-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const socket = join(cwd, 'it.sock')
  const own = await ServiceProcess.start({ SENTINEL_SOCKET: socket, SENTINEL_API_TOKEN: TOKEN })
  onTestFinished(async () => void (await own.stop()))
  const env = { PATH: process.env.PATH, SENTINEL_URL: `unix:${socket}`, COUNT: '1' }
  const { stdout } = await run(example('shell/monitor.sh'), [`${own.url}/health`], { cwd, env })
  expect(stdout).toMatch(/^200 .* \{"status":"OK"\}$/m)
  const python = run('python3', [example('python/sentinel_client.py')], { cwd, env })
  python.child.stdin?.end('{"latency": 120, "input_length": 1800, "errors": 0}')
  expect(JSON.parse((await python).stdout)).toEqual({ status: 'OK' })
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

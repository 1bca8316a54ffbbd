import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from './free-port.js'

const SERVER = fileURLToPath(import.meta.resolve('#sentinel/server.js'))
const HEALTH_CHECK = fileURLToPath(import.meta.resolve('#sentinel/healthcheck.js'))

interface Process {
  readonly child: ChildProcess
  readonly cwd: string
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exit: Promise<number | null>
}

/** The built server as its own process, in an empty folder and with no settings but these. */
async function start(
  environment: Record<string, string>,
  args: string[] = [],
  dotenv?: string,
): Promise<Process> {
  const cwd = await mkdtemp(join(tmpdir(), 'sentinel-'))
  if (dotenv !== undefined) await writeFile(join(cwd, '.env'), dotenv)
  const env = { PATH: process.env.PATH, ...environment }
  const child = spawn(process.execPath, [SERVER, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
    await rm(cwd, { recursive: true })
  })
  return { child, cwd, stdout: () => stdout, stderr: () => stderr, exit }
}

/** Resolves with the address once the process says it listens. */
async function listening({ child, stdout, stderr, exit }: Process): Promise<URL> {
  const gone = exit.then((code) => {
    throw new Error(`exited with ${code}: ${stderr()}`)
  })
  for (;;) {
    const address = /listens at (http:[^"\s]+)/.exec(stdout())?.[1]
    if (address !== undefined) {
      gone.catch(() => {})
      return new URL(address)
    }
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), gone])
  }
}

async function connected(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname)
  socket.setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

const RECORD = '{"latency":1,"input_length":2,"errors":0}'

describe('the server process', () => {
  test('says where it listens, answers, and ends with exit code 0 on SIGTERM', async () => {
    const server = await start({ SENTINEL_PORT: '0' })
    const url = await listening(server)
    expect(url.hostname).toBe('127.0.0.1')
    const answer = await fetch(new URL('/health', url))
    expect(answer.status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toBe('')
    for (const line of server.stdout().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
  })

  test('finishes a request that is under way when SIGINT arrives', async () => {
    const server = await start({ SENTINEL_PORT: '0' })
    const socket = await connected(await listening(server))
    socket.write(
      `POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${RECORD.length}\r\nexpect: 100-continue\r\n\r\n`,
    )
    // The interim answer shows that the request is in the server's hands.
    expect(String(await once(socket, 'data'))).toContain('100 Continue')
    server.child.kill('SIGINT')
    await until(server, '"msg":"stopping"')
    const [answer] = await Promise.all([once(socket, 'data'), socket.write(RECORD)])
    expect(String(answer)).toContain('{"status":"OK"}')
    socket.end()
    expect(await server.exit).toBe(0)
  })

  test('answers 100 requests that are under way, in the middle of a fit, when SIGTERM arrives', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'sentinel-'))
    onTestFinished(() => rm(cwd, { recursive: true }))
    // Every record asks for a fit, and one is under way or due at any time.
    const server = await start({
      SENTINEL_PORT: '0',
      SENTINEL_TREES: '1000',
      SENTINEL_SUBSAMPLE: '4096',
      SENTINEL_RETRAIN_EVERY: '1',
      SENTINEL_TRAIN_DUTY: '1',
      SENTINEL_STATE_DIR: cwd,
      // However busy the machine of the tests is: one that is shed is answered before its body was sent.
      SENTINEL_MAX_DELAY_MS: '0',
    })
    const url = await listening(server)
    const sockets = await Promise.all(Array.from({ length: 100 }, () => connected(url)))
    await Promise.all(
      sockets.map((socket) => {
        socket.write(
          `POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${RECORD.length}\r\nexpect: 100-continue\r\n\r\n`,
        )
        return once(socket, 'data')
      }),
    )
    for (let n = 0; n < 60; n++) {
      const headers = { 'content-type': 'application/json' }
      await fetch(new URL('/analyze-flow', url), { method: 'POST', headers, body: RECORD })
    }
    server.child.kill('SIGTERM')
    await until(server, '"msg":"stopping"')
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        const answer = once(socket, 'data')
        socket.write(RECORD)
        return String(await answer)
      }),
    )
    for (const answer of answers) expect(answer).toContain('HTTP/1.1 200')
    for (const socket of sockets) socket.end()
    expect(await server.exit).toBe(0)
    expect(server.stdout()).toContain('"records":160')
  })

  test('opens no debugger on SIGUSR1, and serves on', async () => {
    const server = await start({ SENTINEL_PORT: '0' })
    const url = await listening(server)
    server.child.kill('SIGUSR1')
    for (let n = 0; n < 5; n++) expect((await fetch(new URL('/health', url))).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    // Node would say there where it listens.
    expect(server.stderr()).toBe('')
  })

  test('serves on when its log cannot be written', async () => {
    const full = await open('/dev/full', 'w')
    onTestFinished(() => full.close())
    const port = await freePort()
    const env = { PATH: process.env.PATH, SENTINEL_PORT: String(port), SENTINEL_STATE_DIR: '/dev/null/none' }
    const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', full.fd, 'inherit'] })
    const exit = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    const metrics = await untilAnswered(`http://127.0.0.1:${port}/metrics`)
    expect(Number(/sentinel_dropped_log_lines_total (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  })

  test('serves health and metrics, and nothing else, on a second listener', async () => {
    const server = await start({
      SENTINEL_PORT: '0',
      SENTINEL_ADMIN_PORT: '0',
      SENTINEL_API_TOKEN: 'hush-hush',
    })
    await listening(server)
    await until(server, 'health and metrics are served at')
    const admin = /served at (http:[^",]+)/.exec(server.stdout())?.[1] ?? ''
    const authorization = 'Bearer hush-hush'
    const statusOf = async (path: string, headers = {}, method = 'GET') =>
      (await fetch(`${admin}${path}`, { method, headers })).status
    for (const path of ['/health', '/health/live', '/health/ready']) expect(await statusOf(path)).toBe(200)
    expect(await statusOf('/metrics')).toBe(401)
    expect(await statusOf('/metrics', { authorization })).toBe(200)
    for (const path of ['/anomalies', '/docs', '/openapi.json', '/', '/health/x', '/metrics/../anomalies']) {
      expect(await statusOf(path, { authorization })).toBe(404)
    }
    expect(await statusOf('/analyze-flow', { authorization }, 'POST')).toBe(404)
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
  })

  test('a port of the second listener that is in use ends it with one line', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void holder.close())
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const server = await start({ SENTINEL_PORT: '0', SENTINEL_ADMIN_PORT: String(port) })
    expect(await server.exit).toBe(1)
    expect(server.stderr()).toContain('set SENTINEL_ADMIN_PORT to another port')
  })

  test('warns when it serves others than this machine without a token, and starts only if told to', async () => {
    const refused = await start({ SENTINEL_PORT: '0', SENTINEL_HOST: '0.0.0.0' })
    expect(await refused.exit).toBe(1)
    expect(refused.stderr()).toContain('cannot be used without a token')
    const server = await start({
      SENTINEL_PORT: '0',
      SENTINEL_HOST: '0.0.0.0',
      SENTINEL_ALLOW_UNAUTHENTICATED: 'true',
    })
    await until(server, 'listens at')
    expect(server.stdout()).toContain('whoever reaches it may call')
  })

  test('reads .env of the working directory, and the environment itself wins', async () => {
    const dotenv = 'SENTINEL_PORT=0\nSENTINEL_HOST=not a host\nSENTINEL_TREES=7\n'
    const server = await start({ SENTINEL_HOST: '127.0.0.1' }, [], dotenv)
    await listening(server)
    const other = await start({ SENTINEL_PORT: '0' }, [], dotenv)
    expect(await other.exit).toBe(1)
    expect(other.stderr()).toContain('SENTINEL_HOST="not a host"')
  })

  test('takes from .env what the environment sets to nothing, and no folder for it', async () => {
    const dotenv = '\ufeffSENTINEL_PORT=0\nSENTINEL_LOG_LEVEL="debug"\n'
    const environment = { SENTINEL_PORT: '', SENTINEL_LOG_LEVEL: ' ', SENTINEL_HOST: '' }
    const server = await start(environment, [], dotenv)
    expect((await listening(server)).port).not.toBe('8000')
    const cwd = await mkdtemp(join(tmpdir(), 'sentinel-'))
    onTestFinished(() => rm(cwd, { recursive: true }))
    await mkdir(join(cwd, '.env'))
    const help = spawnSync(process.execPath, [HEALTH_CHECK], {
      cwd,
      env: { SENTINEL_PORT: '1' },
      encoding: 'utf8',
    })
    expect(help.stderr).toMatch(/^unhealthy: .*ECONNREFUSED.*\n$/)
  })

  test.each<[string, Record<string, string>, string]>([
    ['a port from .env', {}, 'SENTINEL_PORT=PORT\n'],
    ['a port from .env, and nothing in the environment', { SENTINEL_PORT: '' }, 'SENTINEL_PORT="PORT"\n'],
    [
      'all addresses of both kinds',
      { SENTINEL_HOST: '[::]', SENTINEL_ALLOW_UNAUTHENTICATED: 'true' },
      'SENTINEL_PORT=PORT\n',
    ],
    [
      'proxies in the environment',
      { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' },
      'SENTINEL_PORT=PORT\n',
    ],
  ])(
    'is asked by the health check of the image as it reads itself: %s',
    async (_what, environment, dotenv) => {
      const port = await freePort()
      const server = await start(
        environment,
        [],
        dotenv.replace('PORT=PORT', `PORT=${port}`).replace('"PORT"', `"${port}"`),
      )
      await listening(server)
      const check = spawnSync(process.execPath, [HEALTH_CHECK], {
        cwd: server.cwd,
        env: { PATH: process.env.PATH, ...environment },
        encoding: 'utf8',
      })
      expect([check.status, check.stderr]).toEqual([0, ''])
    },
  )

  test('a bad setting is said in one line by the health check, too', () => {
    const check = spawnSync(process.execPath, [HEALTH_CHECK], {
      env: { SENTINEL_PORT: '"8000"' },
      encoding: 'utf8',
    })
    expect(check.status).toBe(1)
    expect(check.stderr).toMatch(/^unhealthy: SENTINEL_PORT=.* the quotes are part of it[^\n]*\n$/)
  })

  test('a setting that nothing uses and that cannot be used is said in the log, no more', async () => {
    const server = await start({
      SENTINEL_PORT: '0',
      SENTINEL_EXPLAIN: 'rules',
      OLLAMA_HOST: 'ftp://elsewhere',
    })
    await listening(server)
    expect(server.stdout()).toContain('"variable":"OLLAMA_HOST"')
    expect(server.stdout()).not.toContain('elsewhere')
  })

  test('a path for the state that is a file ends it with one line', async () => {
    const server = await start({ SENTINEL_PORT: '0', SENTINEL_STATE_DIR: '.env' }, [], 'SENTINEL_TREES=7\n')
    expect(await server.exit).toBe(1)
    expect(server.stderr()).toMatch(
      /^codeflow-sentinel: SENTINEL_STATE_DIR="\.env" cannot be used: it is a file; [^\n]+\n$/,
    )
  })

  // All three are taken by one listener; what differs by the moment is how far the start is.
  test.each([
    ['SIGTERM', [0, 60, 150]],
    ['SIGINT', [30]],
    ['SIGQUIT', [90]],
  ] as const)('%s while it starts ends it, with exit code 0, after %j ms', async (signal, waitsMs) => {
    const ends: unknown[] = []
    for (const waitMs of waitsMs) {
      const server = await start({ SENTINEL_PORT: '0' })
      await loaded(server)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      server.child.kill(signal)
      ends.push(await server.exit, server.stderr())
    }
    expect(ends).toEqual(waitsMs.flatMap(() => [0, '']))
  })

  test('warns of a variable that it does not know', async () => {
    const server = await start({ SENTINEL_PORT: '0', SENTINEL_TRES: '5' })
    await listening(server)
    expect(server.stdout()).toContain('"variable":"SENTINEL_TRES"')
  })

  test('SIGHUP has it read .env and the file of settings anew, while it starts and later; faults change nothing', async () => {
    const server = await start({ SENTINEL_PORT: '0' }, [], 'SENTINEL_CONFIG=sentinel.yaml\n')
    const settings = join(server.cwd, 'sentinel.yaml')
    await writeFile(settings, 'explain: rules\n')
    await loaded(server)
    server.child.kill('SIGHUP')
    const health = new URL('/metrics', await listening(server))
    await until(server, '"msg":"settings were read anew"')
    await writeFile(settings, 'explain: rules\nalert_rate: 0.02\nport: 1\n')
    server.child.kill('SIGHUP')
    await until(server, '"changed":["SENTINEL_ALERT_RATE"]')
    expect(await (await fetch(health)).text()).toContain('sentinel_alert_rate 0.02')
    await writeFile(settings, 'explain: rules\nalert_rte: 0.03\n')
    server.child.kill('SIGHUP')
    await until(server, 'did you mean alert_rate?')
    expect(await (await fetch(health)).text()).toContain('sentinel_alert_rate 0.02')
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toBe('')
  })

  test('what only some settings need is there when they ask for it', async () => {
    const server = await start({
      SENTINEL_PORT: '0',
      SENTINEL_RATE_LIMIT: '1000',
      SENTINEL_CORS_ORIGINS: 'https://page.example',
      SENTINEL_WEBHOOK_URL: 'http://127.0.0.1:9/hook',
      SENTINEL_STATE_DIR: '.',
      SENTINEL_ADMIN_PORT: '0',
      SENTINEL_SOCKET: 'sentinel.sock',
    })
    const answer = await fetch(new URL('/analyze-flow', await listening(server)), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://page.example' },
      body: RECORD,
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://page.example')
    expect(answer.headers.get('x-ratelimit-limit')).toBe('1000')
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    expect(server.stderr()).toBe('')
  })

  test('a bad setting ends it with one line and exit code 1', async () => {
    const server = await start({ SENTINEL_PORT: 'ninety\nseven' })
    expect(await server.exit).toBe(1)
    expect(server.stdout()).toBe('')
    expect(server.stderr()).toBe(
      'codeflow-sentinel: SENTINEL_PORT="ninety\\nseven" cannot be used: it must be a whole number from 0 to 65535 or off\n',
    )
  })

  test('a port in use ends it with one line and exit code 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void holder.close())
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const server = await start({ SENTINEL_PORT: String(port) })
    expect(await server.exit).toBe(1)
    expect(server.stderr()).toBe(
      `codeflow-sentinel: port ${port} on 127.0.0.1 is in use; stop what listens there or set SENTINEL_PORT to another port\n`,
    )
  })

  test('--help and --version answer and end, an unknown option is refused', async () => {
    const help = await start({ SENTINEL_PORT: 'bad' }, ['--help'])
    expect(await help.exit).toBe(0)
    expect(help.stdout()).toContain('SENTINEL_CONTAMINATION=0.1')
    expect(help.stdout()).toMatch(/GET +\/anomalies\/stream/)
    const version = await start({}, ['--version'])
    expect(await version.exit).toBe(0)
    expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
    const unknown = await start({}, ['--prot', '1'])
    expect(await unknown.exit).toBe(1)
    expect(unknown.stderr().trim().split('\n')).toHaveLength(1)
  })
})

/** Resolves once the process listens for signals, and not only the runtime is there. */
async function loaded({ child }: Process): Promise<void> {
  // The system tells which signals a process catches; SIGHUP is the first of the mask.
  const catches = async (): Promise<boolean> => {
    const mask =
      /^SigCgt:\s*([\da-f]+)$/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '0'
    return (BigInt(`0x${mask}`) & 1n) === 1n
  }
  while (!(await catches())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Asks until somebody listens. */
async function untilAnswered(url: string): Promise<string> {
  for (;;) {
    const answer = await fetch(url).catch(() => null)
    if (answer !== null) return answer.text()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function until({ child, stdout }: Process, text: string): Promise<void> {
  while (!stdout().includes(text)) await once(child.stdout as NodeJS.ReadableStream, 'data')
}

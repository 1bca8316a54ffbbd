import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import type { App } from '#sentinel/http/app.js'
import { listenOnSocket } from '#sentinel/http/sockets/unix-socket.js'
import { hasTool, skipped } from '../../deploy/tool.js'
import { freePort } from '../../free-port.js'
import { until } from '../../until.js'
import { NORMAL, startApp } from '../subject.js'

const SERVER = fileURLToPath(import.meta.resolve('#sentinel/server.js'))
const HEALTH_CHECK = fileURLToPath(import.meta.resolve('#sentinel/healthcheck.js'))
const LIMITED = { SENTINEL_API_TOKEN: 'a-token-for-the-port', SENTINEL_RATE_LIMIT: '1' }
const curl = hasTool('curl')

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sentinel-socket-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function serving(
  environment: Record<string, string> = {},
  path = join(folder(), 'it.sock'),
): Promise<{ app: App; path: string; address: string }> {
  const app = await startApp({ SENTINEL_SOCKET: path, SENTINEL_PORT: 'off', ...environment })
  await app.ready()
  const { socket } = loadConfig({ SENTINEL_SOCKET: path, ...environment })
  const address = await listenOnSocket(app, socket as NonNullable<typeof socket>)
  return { app, path, address }
}

function ask(
  socketPath: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: object } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request({ socketPath, path, method, headers: { ...json, ...headers } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

describe('a Unix socket', () => {
  test('asks for no token, whatever the Host says, and limits nobody for what others do', async () => {
    const { path, address } = await serving(LIMITED)
    expect(address).toBe(`unix:${path}`)
    for (const host of ['localhost', 'sentinel_up', 'evil.example', '']) {
      const answer = await ask(path, '/analyze-flow', { headers: { host }, body: NORMAL })
      expect([host, answer.status, answer.text]).toEqual([host, 200, '{"status":"OK"}'])
    }
    const others = await Promise.all(Array.from({ length: 20 }, () => ask(path, '/incidents')))
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200))
  })

  test('leaves the port of the same service as guarded as it was', async () => {
    const { app, path } = await serving(LIMITED)
    const url = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => null)
    expect(url).not.toBeNull()
    expect((await fetch(`${url}/incidents`)).status).toBe(401)
    expect((await ask(path, '/incidents')).status).toBe(200)
    expect((await fetch(`${url}/incidents`)).status).toBe(429)
  })

  test.each([
    ['600', 0o600],
    ['0660', 0o660],
    ['666', 0o666],
  ])('has the rights %s from the first moment on', async (mode, rights) => {
    const { path } = await serving({ SENTINEL_SOCKET_MODE: mode })
    expect(lstatSync(path).mode & 0o777).toBe(rights)
    expect(lstatSync(path).uid).toBe(process.getuid?.())
  })

  test('callers that hold every connection do not give way to one another as one caller', async () => {
    const { path } = await serving({ SENTINEL_MAX_CONNECTIONS: '8' })
    const streams = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const sent = request({ socketPath: path, path: '/anomalies/stream' }).end()
        const [answer] = await once(sent, 'response')
        return { sent, status: (answer as { statusCode: number }).statusCode }
      }),
    )
    onTestFinished(() => {
      for (const { sent } of streams) sent.destroy()
    })
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect((await ask(path, '/health')).status).toBe(200)
  })

  test('takes over what a process left behind, and is gone once the app has closed', async () => {
    const path = join(folder(), 'it.sock')
    leftBehind(path)
    expect(lstatSync(path).isSocket()).toBe(true)
    const { app } = await serving({}, path)
    expect((await ask(path, '/health')).status).toBe(200)
    await app.close()
    expect(existsSync(path)).toBe(false)
  })

  test.each<[string, (path: string) => Promise<void> | void, RegExp]>([
    ['a socket that somebody listens at', listeningAt, /somebody listens there already$/],
    ['a file', (path) => writeFileSync(path, 'mine'), /there is a file at that path, and no socket$/],
    ['a folder', (path) => mkdirSync(path), /there is a folder at that path, and no socket$/],
    ['a link', (path) => symlinkSync('/dev/null', path), /there is a link at that path, and no socket$/],
  ])('leaves %s alone, and says so in one line', async (_what, make, message) => {
    const path = join(folder(), 'it.sock')
    await make(path)
    const before = lstatSync(path)
    await expect(serving({}, path)).rejects.toThrow(message)
    expect(lstatSync(path).ino).toBe(before.ino)
  })

  test('a folder that is not there is said', async () => {
    await expect(serving({}, join(folder(), 'none', 'it.sock'))).rejects.toThrow(
      /^SENTINEL_SOCKET=".*none\/it\.sock" cannot be used: its folder does not exist$/,
    )
  })

  test.skipIf(!curl)(`is what curl --unix-socket asks${skipped('curl', curl)}`, async () => {
    const { path } = await serving()
    const curling = spawn('curl', ['-s', '--unix-socket', path, 'http://localhost/health/live'])
    const [text] = await once(curling.stdout.setEncoding('utf8'), 'data')
    expect(text).toContain('"status"')
  })
})

describe('the process', () => {
  test('listens on a socket alone, is found healthy there, and removes it when it is stopped', async () => {
    const path = join(folder(), 'it.sock')
    const { child, exit, environment, stdout } = start({ SENTINEL_SOCKET: path, SENTINEL_PORT: 'off' })
    await until(async () => stdout().includes(`listens at unix:${path}`), 'listening')
    const check = spawnSync(process.execPath, [HEALTH_CHECK], { env: environment, encoding: 'utf8' })
    expect([check.stderr, check.status]).toEqual(['', 0])
    expect((await ask(path, '/analyze-flow', { body: NORMAL })).text).toBe('{"status":"OK"}')
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    expect(existsSync(path)).toBe(false)
  })

  test('listens on both, and a second one beside it ends with one line and leaves it in place', async () => {
    const path = join(folder(), 'it.sock')
    const first = start({ SENTINEL_SOCKET: path, SENTINEL_PORT: `${await freePort()}` })
    await until(async () => first.stdout().includes('listens at unix:'), 'listening')
    const second = start({ SENTINEL_SOCKET: path, SENTINEL_PORT: '0' })
    expect(await second.exit).toBe(1)
    expect(second.stderr()).toBe(
      `codeflow-sentinel: SENTINEL_SOCKET="${path}" cannot be used: somebody listens there already\n`,
    )
    expect((await ask(path, '/health')).status).toBe(200)
  })

  test('takes over from one that was killed', async () => {
    const path = join(folder(), 'it.sock')
    const killed = start({ SENTINEL_SOCKET: path, SENTINEL_PORT: 'off' })
    await until(async () => killed.stdout().includes('listens at unix:'), 'listening')
    killed.child.kill('SIGKILL')
    await killed.exit
    expect(lstatSync(path).isSocket()).toBe(true)
    const next = start({ SENTINEL_SOCKET: path, SENTINEL_PORT: 'off' })
    await until(async () => next.stdout().includes('listens at unix:'), 'listening')
    expect((await ask(path, '/health')).status).toBe(200)
  })

  test('is told where neither port nor socket is left', () => {
    expect(() => loadConfig({ SENTINEL_PORT: 'off' })).toThrow(
      'SENTINEL_PORT="off" cannot be used: it must be a whole number from 0 to 65535 where SENTINEL_SOCKET is not set',
    )
    expect(() => loadConfig({ SENTINEL_SOCKET: 'ü'.repeat(60) })).toThrow('at most 107 bytes')
    expect(() => loadConfig({ SENTINEL_SOCKET: '/a', SENTINEL_SOCKET_MODE: 'rw' })).toThrow('octal')
    // An address that nobody listens on needs no token.
    const { access } = loadConfig({ SENTINEL_SOCKET: '/a', SENTINEL_PORT: 'off', SENTINEL_HOST: '0.0.0.0' })
    expect(access.unauthenticated).toBe(false)
  })
})

interface Started {
  readonly child: ReturnType<typeof spawn>
  readonly exit: Promise<number | null>
  readonly environment: Record<string, string>
  readonly stdout: () => string
  readonly stderr: () => string
}

function start(settings: Record<string, string>): Started {
  const environment = { PATH: process.env.PATH ?? '', SENTINEL_EXPLAIN: 'rules', ...settings }
  const child = spawn(process.execPath, [SERVER], { cwd: folder(), env: environment })
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
  })
  return { child, exit, environment, stdout: () => stdout, stderr: () => stderr }
}

async function listeningAt(path: string): Promise<void> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
}

/** As a process that is killed leaves it. */
function leftBehind(path: string): void {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script])
}

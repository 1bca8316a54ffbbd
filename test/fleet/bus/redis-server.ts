import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../free-port.js'
import { until } from '../../until.js'

const PROGRAM = ['valkey-server', 'redis-server'].find(
  (program) => spawnSync(program, ['--version']).status === 0,
)

/**
 * Whether tests that need a server are left out, as none is installed here: in words for the name of the test. Where all
 * of them are to run, they fail instead.
 */
export const WITHOUT_SERVER = PROGRAM === undefined && process.env.CI !== 'true'

/** A server that keeps nothing, on a free port of the loopback interface. */
export class RedisServer {
  readonly port: number
  readonly #args: readonly string[]
  readonly #folder: string
  #process: ChildProcess | null = null

  private constructor(port: number, args: readonly string[], folder: string) {
    this.port = port
    this.#args = args
    this.#folder = folder
  }

  /** @throws when there is no program to start, or it does not answer in time */
  static async start(...args: string[]): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-redis-'))
    const server = new RedisServer(await freePort(), args, folder)
    await server.begin()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#process?.pid as number
  }

  /** Starts it, again where it was ended, on the same port and without any data. */
  async begin(): Promise<void> {
    if (PROGRAM === undefined) throw new Error('neither valkey-server nor redis-server is installed')
    const bind = this.#args.includes('--bind') ? [] : ['--bind', '127.0.0.1']
    const own = ['--port', String(this.port), ...bind, '--save', '', '--appendonly', 'no']
    const child = spawn(PROGRAM, [...own, '--dir', this.#folder, ...this.#args], { stdio: 'ignore' })
    this.#process = child
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${PROGRAM} exited with ${child.exitCode}`)
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\n'))
      const answers = await new Promise<boolean>((resolve) => {
        // Whether it asks for a password does not matter here.
        socket.once('data', () => resolve(true)).once('error', () => resolve(false))
      })
      socket.destroy()
      return answers
    }, 'redis answering')
  }

  /** A client that gives up at once; the caller's to disconnect. */
  client(): Redis {
    const redis = new Redis(this.port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
    redis.on('error', () => {})
    return redis
  }

  /** Ends it as a power failure does. */
  async kill(): Promise<void> {
    const child = this.#process
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/free-port.js'
import { startArguments } from '../../test/start-command.js'
import { wireRequest } from './traffic.js'

/** What can be measured: the built service, and what it is compared with. */
export type ServerKind = 'sentinel' | 'bare-fastify' | 'node-http'

/** What the probe in a server says of it. */
export interface Vitals {
  /** User and system time of all its threads so far. */
  cpuMs: number
  /** Of the thread that answers alone; where the system does not tell, of all. */
  loopCpuMs: number
  rssMiB: number
  /** Since the loop is being watched, beyond the interval of the watch itself. */
  loopDelayMs: { p99: number; max: number }
}

export interface ServerOptions {
  env?: Record<string, string>
  /** Takes shared memory away, so that fits run inline. */
  inline?: boolean
}

const POLL_MS = 2
const PATIENCE_MS = 30_000

/** A server as a process of its own on the loopback interface, logging into nothing. */
export class ServerProcess {
  readonly #process: ChildProcess
  readonly port: number
  /** From the start of the process to its first answer. */
  readonly startMs: number

  private constructor(process: ChildProcess, port: number, startMs: number) {
    this.#process = process
    this.port = port
    this.startMs = startMs
  }

  static async start(kind: ServerKind, options: ServerOptions = {}): Promise<ServerProcess> {
    const port = await freePort()
    const startedMs = performance.now()
    const child = spawn(process.execPath, [...preloads(options), ...argumentsOf(kind)], {
      env: {
        PATH: process.env.PATH ?? '',
        SENTINEL_PORT: String(port),
        SENTINEL_EXPLAIN: 'rules',
        // The default, unless whoever runs the benchmark says otherwise.
        SENTINEL_MAX_DELAY_MS: process.env.SENTINEL_MAX_DELAY_MS ?? '',
        ...options.env,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`${kind} exited with ${child.exitCode} before it answered`)
      if (performance.now() - startedMs > PATIENCE_MS) throw new Error(`${kind} does not answer`)
      await sleep(POLL_MS)
    }
    return new ServerProcess(child, port, performance.now() - startedMs)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/analyze-flow`
  }

  async vitals(loop: 'watch-loop' | 'unwatch-loop' | 'leave-loop' = 'leave-loop'): Promise<Vitals> {
    const answer = once(this.#process, 'message')
    this.#process.send(loop)
    return ((await answer) as [Vitals])[0]
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }
}

function preloads({ inline }: ServerOptions): string[] {
  const files = inline ? ['probe.mjs', 'without-shared-memory.mjs'] : ['probe.mjs']
  return files.flatMap((file) => ['--import', new URL(file, import.meta.url).href])
}

/** The service starts as `npm start` starts it. */
function argumentsOf(kind: ServerKind): string[] {
  return kind === 'sentinel' ? startArguments() : [fileURLToPath(new URL(`${kind}.mjs`, import.meta.url))]
}

/** Sends one record and says whether anything came back. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(wireRequest(FIRST)))
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

const FIRST = JSON.stringify({ latency: 127.4, input_length: 1893, errors: 0 })

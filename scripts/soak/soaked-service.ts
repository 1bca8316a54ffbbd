import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startArguments } from '../../test/start-command.js'

const FAULTS = fileURLToPath(new URL('faults.mjs', import.meta.url))
/** Where Debian and Fedora put it. */
const LIBFAKETIME = [
  ...['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`),
  '/usr/lib64/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path))
const PATIENCE_MS = 60_000
const POLL_MS = 50

/** A line of its log. */
export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

export interface Vitals {
  readonly rssMiB: number
  readonly openFiles: number
  readonly threads: number
}

/** Whether the clock of a service can be set. */
export const CLOCK_CAN_BE_SET = LIBFAKETIME !== undefined

/** The built service as a process that faults are done to, and that is started anew in the same folder. */
export class SoakedService {
  readonly url: string
  /** Of the process that runs now. */
  log: LogLine[] = []
  /** How often it was started. */
  starts = 0
  readonly #port: number
  readonly #folder: string
  readonly #environment: Record<string, string>
  #process: ChildProcess | null = null
  /** Whether its end is meant. */
  #ending = false

  constructor(port: number, folder: string, environment: Record<string, string>) {
    this.#port = port
    this.#folder = folder
    this.url = `http://127.0.0.1:${port}`
    this.#environment = environment
    this.setClock('+0')
  }

  /** Whether it ended by itself. */
  get fell(): boolean {
    const { exitCode = null, signalCode = null } = this.#process ?? {}
    return !this.#ending && (exitCode !== null || signalCode !== null)
  }

  async start(): Promise<void> {
    this.#ending = false
    this.log = []
    this.starts += 1
    const child = spawn(process.execPath, ['--import', FAULTS, ...startArguments()], {
      env: {
        PATH: process.env.PATH ?? '',
        SENTINEL_PORT: String(this.#port),
        SENTINEL_STATE_DIR: join(this.#folder, 'state'),
        ...this.#environment,
        ...this.#clockSettings(),
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.#process = child
    const { log } = this
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      log.push(JSON.parse(line) as LogLine)
    })
    const until = performance.now() + PATIENCE_MS
    while (!(await this.#answers())) {
      if (this.fell) throw new Error(`the service exited with ${child.exitCode} before it answered`)
      if (performance.now() > until) throw new Error('the service does not answer')
      await sleep(POLL_MS)
    }
  }

  /** @returns its exit code; null where the signal ended it */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process
    if (child === null) return null
    if (this.fell) throw new Error(this.#lastWords())
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    this.#ending = true
    const ended = once(child, 'close') as Promise<[number | null]>
    child.kill(signal)
    const [code] = await ended
    return code
  }

  /** @throws Error when it has ended by itself */
  checkAlive(): void {
    if (this.fell) throw new Error(this.#lastWords())
  }

  /** Sets what writes to its disk fail with, or that they do not. */
  setDisk(disk: 'ENOSPC' | 'EIO' | null): void {
    this.#process?.send({ disk })
  }

  killThreads(): void {
    this.#process?.send({ killThreads: true })
  }

  /** Sets its clock ahead of that of the machine, as `+3600` seconds, or behind. Noticed within a second. */
  setClock(offset: string): void {
    writeFileSync(join(this.#folder, 'clock'), offset)
  }

  async vitals(): Promise<Vitals> {
    const child = this.#process as ChildProcess
    const answer = once(child, 'message') as Promise<[Vitals]>
    child.send({ vitals: true })
    return (await answer)[0]
  }

  #lastWords(): string {
    const { exitCode, signalCode } = this.#process as ChildProcess
    const last = this.log.slice(-3).map((line) => JSON.stringify(line))
    return `the service ended by itself, with ${signalCode ?? exitCode}: ${last.join('\n')}`
  }

  #clockSettings(): Record<string, string> {
    if (LIBFAKETIME === undefined) return {}
    return {
      LD_PRELOAD: LIBFAKETIME,
      FAKETIME_TIMESTAMP_FILE: join(this.#folder, 'clock'),
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    }
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.url}/health/live`, { signal: AbortSignal.timeout(PATIENCE_MS / 10) }).then(
      ({ ok }) => ok,
      () => false,
    )
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { startArguments } from '../start-command.js'

const ANOTHER_CLOCK = fileURLToPath(new URL('another-clock.mjs', import.meta.url))

/** How a replica says that it stands. */
export interface Standing {
  readonly role: 'leader' | 'follower' | 'alone'
  readonly model: string | null
  readonly version: number
  readonly epoch: number
  readonly connected: boolean
}

export interface Verdict {
  readonly status: string
  readonly action?: string
  readonly reason?: string
  readonly detail: { readonly score: number; readonly p: number | null; readonly model?: string }
}

/** The service as one of a fleet, in a process of its own. */
export class ReplicaProcess {
  readonly url: string
  readonly #child: ChildProcess
  readonly #log: () => string
  /** Ends it, whatever state it is in, and leaves nothing behind. */
  readonly stop: () => Promise<void>

  private constructor(url: string, child: ChildProcess, log: () => string, stop: () => Promise<void>) {
    this.url = url
    this.#child = child
    this.#log = log
    this.stop = stop
  }

  /** One that ends with the test. */
  static async ofTest(...how: Parameters<typeof ReplicaProcess.start>): Promise<ReplicaProcess> {
    const replica = await ReplicaProcess.start(...how)
    onTestFinished(() => replica.stop())
    return replica
  }

  /** @param within what runs the command, such as another network */
  static async start(
    fleetUrl: string,
    variables: Record<string, string> = {},
    within: readonly string[] = [],
  ): Promise<ReplicaProcess> {
    const cwd = await mkdtemp(join(tmpdir(), 'sentinel-replica-'))
    const env = {
      PATH: process.env.PATH,
      SENTINEL_PORT: '0',
      SENTINEL_EXPLAIN: 'rules',
      SENTINEL_MAX_DELAY_MS: '0',
      SENTINEL_FLEET_URL: fleetUrl,
      ...variables,
    }
    const clock = 'OTHER_CLOCK_MS' in env ? ['--import', ANOTHER_CLOCK] : []
    const [program = '', ...args] = [...within, process.execPath, ...clock, ...startArguments()]
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text
      })
    const exited = once(child, 'close')
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL')
      child.kill('SIGCONT')
      await exited
      await rm(cwd, { recursive: true, force: true })
    }
    for (;;) {
      const address = /listens at (http:[^"\s]+)/.exec(log)?.[1]
      if (address !== undefined) return new ReplicaProcess(address, child, () => log, stop)
      await Promise.race([
        once(child.stdout, 'data'),
        exited.then(() => Promise.reject(new Error(`the replica ended: ${log}`))),
      ])
    }
  }

  get log(): string {
    return this.#log()
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Lines of the log with this text. */
  said(text: string): number {
    return this.log.split('\n').filter((line) => line.includes(text)).length
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const closed = once(this.#child, 'close')
    this.#child.kill(signal)
    await closed
  }

  async standing(): Promise<Standing> {
    const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(60_000) })
    const { fleet } = (await answer.json()) as { fleet: Standing }
    return fleet
  }

  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    const line = text.split('\n').find((each) => each.startsWith(`${name} `))
    return line === undefined ? Number.NaN : Number(line.split(' ').at(-1))
  }

  /** Sends records as one batch; resolves with the status. */
  async feed(records: readonly object[]): Promise<number> {
    const body = records.map((record) => JSON.stringify(record)).join('\n')
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await fetch(`${this.url}/analyze-flow/batch?answer=summary`, {
      method: 'POST',
      headers,
      body,
    })
    await answer.arrayBuffer()
    return answer.status
  }

  /** What is said of a record, which nothing is learnt from. */
  async verdict(record: object): Promise<Verdict> {
    const answer = await fetch(`${this.url}/analyze-flow?detail=true&learn=false`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(record),
    })
    return (await answer.json()) as Verdict
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { metricOf } from '../metric.js'
import { startArguments } from '../start-command.js'

export interface StartOptions {
  /** Limits of the process, as the shell's `ulimit` takes them: `-n 256`. */
  readonly ulimit?: string
  readonly nodeFlags?: readonly string[]
}

/** The built service as a process of its own, on a free port of the loopback interface. */
export class ServiceProcess {
  readonly url: string
  /** Every line it wrote to stdout so far, parsed. */
  readonly log: Record<string, unknown>[]
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, url: string, log: Record<string, unknown>[]) {
    this.#process = process
    this.url = url
    this.log = log
  }

  /**
   * Starts it and waits until it says where it listens. Other tests run beside it and keep it from its turn: that is no
   * load to be shed.
   */
  static async start(
    env: Record<string, string> = {},
    { ulimit = '', nodeFlags = [] }: StartOptions = {},
  ): Promise<ServiceProcess> {
    const command = [process.execPath, ...nodeFlags, ...startArguments()]
    const limited = ['sh', '-c', `ulimit ${ulimit}; exec "$@"`, 'sh', ...command]
    const [program = '', ...programArguments] = ulimit === '' ? command : limited
    const child = spawn(program, programArguments, {
      env: {
        PATH: process.env.PATH ?? '',
        SENTINEL_PORT: '0',
        SENTINEL_EXPLAIN: 'rules',
        SENTINEL_MAX_DELAY_MS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const log: Record<string, unknown>[] = []
    const lines = createInterface({ input: child.stdout })
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the service exited with ${code} before it listened`)))
      lines.on('line', (line) => {
        const entry = JSON.parse(line) as Record<string, unknown>
        log.push(entry)
        const address = /listens at (http:\S+)/.exec(String(entry.msg))?.[1]
        if (address) resolve(address)
      })
    })
    return new ServiceProcess(child, url, log)
  }

  /** Where it listens. */
  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Most memory that it has had resident so far, in MiB. */
  async peakMib(): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
  }

  /** Whether it runs. */
  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  post(path: string, body: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  /** Has records judged as one batch, and resolves once they are. @throws when it is refused */
  async postBatch(records: readonly unknown[]): Promise<void> {
    const answer = await fetch(`${this.url}/analyze-flow/batch?answer=summary`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: records.map((record) => JSON.stringify(record)).join('\n'),
    })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path)
  }

  /** The value of one series of /metrics now; undefined where it is missing. */
  async metric(series: string): Promise<number | undefined> {
    return metricOf(await (await this.get('/metrics')).text(), series)
  }

  /** Sends a signal and gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) return exitCode
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }
}

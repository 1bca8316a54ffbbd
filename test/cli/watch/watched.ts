import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'
import { until } from '../../until.js'

const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))

/** Far beyond every static limit. */
export const ATTACK = { latency: 90_000, input_length: 50_000, errors: 9, route: '/run' }

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sentinel-watch-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

export const line = (record: object): string => `${JSON.stringify(record)}\n`
export const ordinary = (n: number): string => codeRunnerTraffic(n, 3).map(line).join('')

/** `codeflow-sentinel watch` as a process of its own. */
export class Watched {
  out = ''
  err = ''
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly exit: Promise<number | null>

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    const env = { PATH: process.env.PATH ?? '', ...environment }
    this.child = spawn(process.execPath, [CLI, 'watch', ...args], { cwd: tmpdir(), env, stdio: 'pipe' })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
    this.exit = once(this.child, 'close').then(([code]) => code as number | null)
    onTestFinished(async () => {
      this.child.kill('SIGKILL')
      await this.exit
    })
  }

  get alerts(): Record<string, unknown>[] {
    const lines = this.out.split('\n').filter((text) => text !== '')
    return lines.map((text) => JSON.parse(text) as Record<string, unknown>)
  }

  /** Once the file is open: what is appended from then on is new. */
  async follows(): Promise<void> {
    await until(async () => this.err.includes(': followed from its '), 'following')
  }

  /** Once so many alerts were printed. */
  async told(alerts: number): Promise<void> {
    await until(
      async () => this.out.split('\n').length - 1 >= alerts,
      `${alerts} alerts; there are ${this.out} ${this.err}`,
    )
  }

  /** Stops it as a terminal does. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal)
    return this.exit
  }
}

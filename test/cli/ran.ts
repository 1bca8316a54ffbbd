import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))

/** What a command came to. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Run {
  readonly cwd: string
  /** Beside PATH. */
  readonly env?: object
  /** On its standard input. */
  readonly input?: string
}

/** Runs `codeflow-sentinel` as a process of its own to its end. */
export async function ran(args: readonly string[], { cwd, env, input = '' }: Run): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env.PATH, ...env } })
  const told = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.err += text))
  // One that refuses its arguments reads nothing.
  child.stdin.on('error', () => {}).end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...told }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { RanParts } from './ran-parts.js'

const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'scripts/mutation/vitest.config.ts']
const LONGEST_MS = 900_000

/** How a test file fares without any change. */
export interface Rehearsal {
  readonly test: string
  readonly tookMs: number
  readonly ran: RanParts
}

/** A copy of the repository whose files may be changed. */
export class TriedCopy {
  readonly #folder: string

  constructor(repository: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'sentinel-mutation-'))
    const left = new Set(['node_modules', '.git'])
    cpSync(repository, this.#folder, { recursive: true, filter: (path) => !left.has(basename(path)) })
    symlinkSync(join(repository, 'node_modules'), join(this.#folder, 'node_modules'))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text)
  }

  /** Runs a test without any change; null where it fails, or leaves out all it has, as what it needs is not here. */
  async rehearse(test: string): Promise<Rehearsal | null> {
    const parts = join(this.#folder, 'ran-parts.json')
    rmSync(parts, { force: true })
    const startedMs = performance.now()
    if (!(await this.passes([test], LONGEST_MS, { SENTINEL_RAN_PARTS: parts }))) return null
    if (!existsSync(parts)) return null
    return { test, tookMs: performance.now() - startedMs, ran: RanParts.in(parts) }
  }

  /** Whether tests pass, one file after the other, within that time. */
  passes(tests: readonly string[], withinMs: number, env: Record<string, string> = {}): Promise<boolean> {
    return this.succeeds([...VITEST, ...tests], withinMs, env)
  }

  /** Runs Node in the copy; false where it ends with another code than 0, or not in time. */
  async succeeds(
    args: readonly string[],
    withinMs = LONGEST_MS,
    env: Record<string, string> = {},
  ): Promise<boolean> {
    const child = spawn(process.execPath, args, {
      cwd: this.#folder,
      env: { ...process.env, ...env },
      stdio: 'ignore',
      detached: true,
    })
    const group = -(child.pid as number)
    const timer = setTimeout(() => process.kill(group, 'SIGKILL'), withinMs)
    const [code] = (await once(child, 'exit')) as [number | null]
    clearTimeout(timer)
    return code === 0
  }
}

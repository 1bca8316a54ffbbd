import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

/** Where `npm run runtimes` puts Deno and Bun. */
const modules = fileURLToPath(new URL('../../.ci/runtimes/node_modules/', import.meta.url))
const { platform, arch, env } = process

/**
 * Where a runtime may be. The npm packages of Deno and Bun put their binary in place in an install script; where
 * those are not allowed to run, it is still in the platform's package.
 */
const CANDIDATES = {
  deno: [
    join(modules, 'deno/deno'),
    join(modules, 'deno/deno.exe'),
    join(modules, `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno`),
    ...onPath('deno'),
  ],
  bun: [
    join(modules, 'bun/bin/bun.exe'),
    join(modules, `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}/bin/bun`),
    ...onPath('bun'),
  ],
  chromium: [
    env.SENTINEL_CHROMIUM ?? '',
    ...['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'msedge'].flatMap(onPath),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
} as const

export type Runtime = keyof typeof CANDIDATES

/** Whether a missing runtime fails the run instead of being skipped. */
const REQUIRED = env.CI === 'true' || env.SENTINEL_REQUIRE_RUNTIMES === '1'

/** Those asked for so far: a browser takes a while to say its version. */
const programs = new Map<Runtime, string | undefined>()

function runs(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0
}

/** The runtime's program; undefined where there is none. */
export function installed(runtime: Runtime): string | undefined {
  if (!programs.has(runtime)) programs.set(runtime, CANDIDATES[runtime].find(runs))
  return programs.get(runtime)
}

/** The runtime's program; where there is none, skips the test and says so, or fails it where all are required. */
export function executable(runtime: Runtime, context: TestContext): string {
  const found = installed(runtime)
  if (found !== undefined) return found
  const reason = `${runtime} is not installed${runtime === 'chromium' ? '' : ' (npm run runtimes installs it)'}`
  if (REQUIRED) throw new Error(`${reason}, and this run requires every runtime`)
  console.warn(`skipped: ${reason}`)
  return context.skip(reason)
}

function onPath(name: string): string[] {
  return (env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
}

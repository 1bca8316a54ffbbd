import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LoadResult } from './load-result.js'

const run = promisify(execFile)

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))

/**
 * Every connection sends its next request when the last one is answered, as fast as that goes: by one thread of wrk
 * (Debian's package of that name).
 * @param seconds a whole number of them.
 */
export async function wrkLoad(
  url: string,
  connections: number,
  bodies: readonly string[],
  seconds: number,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-wrk-'))
  try {
    const file = join(folder, 'bodies.ndjson')
    writeFileSync(file, `${bodies.join('\n')}\n`)
    const extent = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`]
    const { stdout } = await run('wrk', [...extent, '--script', SCRIPT, url, '--', file]).catch(explained)
    return resultOf(url, stdout.trimEnd().split('\n').at(-1) as string)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function explained(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new Error('wrk is not installed: it sends the load (apt-get install wrk, brew install wrk)')
}

function resultOf(url: string, line: string): LoadResult {
  const { requests, tookUs, failed, p50Us, p99Us, p999Us, maxUs } = JSON.parse(line)
  if (failed > 0) throw new Error(`${failed} of ${requests} requests were refused or failed at ${url}`)
  return {
    requests,
    perSecond: requests / (tookUs / 1e6),
    p50Ms: p50Us / 1000,
    p99Ms: p99Us / 1000,
    p999Ms: p999Us / 1000,
    maxMs: maxUs / 1000,
  }
}

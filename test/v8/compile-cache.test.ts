import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises'
import * as modules from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))
const NAME = `codeflow-sentinel-${process.getuid?.()}`

let temporary: string
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'sentinel-compiled-'))
})
afterEach(() => rm(temporary, { recursive: true, force: true }))

/** Runs a command whose temporary folder is of this test, and says what is in the folder of what was compiled. */
async function kept(env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'version'], {
    env: { PATH: process.env.PATH ?? '', TMPDIR: temporary, ...env },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/)
  return existsSync(join(temporary, NAME)) ? readdir(join(temporary, NAME), { recursive: true }) : []
}

describe.skipIf('enableCompileCache' in modules)('what was compiled, on Node 20', () => {
  test('is not kept, and no folder is made', async () => {
    expect(await kept()).toEqual([])
    expect(await readdir(temporary)).toEqual([])
  })
})

describe.skipIf(!('enableCompileCache' in modules))('what was compiled', () => {
  test('is kept for the next start, in a folder that is this user’s alone', async () => {
    const files = await kept()
    expect(files.length).toBeGreaterThan(2)
    expect((await stat(join(temporary, NAME))).mode & 0o777).toBe(0o700)
    expect(await kept()).toEqual(files)
  })

  test('is not kept where others may write', async () => {
    await mkdir(join(temporary, NAME))
    await chmod(join(temporary, NAME), 0o777)
    expect(await kept()).toEqual([])
  })

  test('is not kept behind a link, which others may have made', async () => {
    await mkdir(join(temporary, 'elsewhere'), { mode: 0o700 })
    await symlink('elsewhere', join(temporary, NAME))
    expect(await kept()).toEqual([])
  })

  test('is not kept where there is no temporary folder', async () => {
    await rm(temporary, { recursive: true })
    expect(await kept()).toEqual([])
  })

  test('is kept nowhere, or elsewhere, as Node’s own variables say', async () => {
    expect(await kept({ NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual([])
    expect(await readdir(temporary)).toEqual([])
    expect(await kept({ NODE_COMPILE_CACHE: join(temporary, 'other') })).toEqual([])
    expect(await readdir(temporary)).toEqual(['other'])
  })
})

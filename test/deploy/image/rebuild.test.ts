import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasTool } from '../tool.js'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
// While someone works on the sources, what is built is not what is committed.
const git = (...args: string[]): string => execFileSync('git', args, { cwd: repository, encoding: 'utf8' })
const clean =
  hasTool('git') &&
  existsSync(join(repository, '.git')) &&
  git('status', '--porcelain', '--', 'assembly', 'src', 'web', 'scripts', 'docs', ':(glob)*.json') === ''

test.skipIf(!clean)(
  `the committed sources build the same package and the same service, byte for byte${clean ? '' : ' (skipped: no clone, or changed sources)'}`,
  () => {
    const told = execFileSync('npm', ['run', '--silent', 'check:build'], {
      cwd: repository,
      encoding: 'utf8',
    })
    const [, same, all] = /^(\d+) of (\d+) files are the same/m.exec(told) ?? []
    expect(told).toMatch(/^same [0-9a-f]{64} lib\/forest\/forest\.wasm$/m)
    expect(Number(all)).toBeGreaterThan(500)
    expect(same).toBe(all)
  },
  240_000,
)

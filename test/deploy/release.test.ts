import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { developmentPackages } from '../../scripts/image/development-packages.js'
import { hasTool } from './tool.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const run = (...args: string[]): string =>
  execFileSync('npm', args, { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

test('the list of what is in it names the production packages, and no others', () => {
  const sbom = JSON.parse(
    run('sbom', '--omit=dev', '--sbom-format=cyclonedx', '--sbom-type=application'),
  ) as {
    components: { name: string; group?: string }[]
  }
  const names = sbom.components.map(({ name, group }) => (group === undefined ? name : `${group}/${name}`))
  expect(names).toContain('fastify')
  const development = new Set(developmentPackages(join(repository, 'package-lock.json')))
  expect(names.filter((name) => development.has(name))).toEqual([])
})

// While someone works on the sources, what is built is not what is committed.
const git = (...args: string[]): string => execFileSync('git', args, { cwd: repository, encoding: 'utf8' })
const clean =
  hasTool('git') &&
  existsSync(join(repository, '.git')) &&
  git('status', '--porcelain', '--', 'assembly', 'src', 'web', 'scripts', 'docs', ':(glob)*.json') === ''

test.skipIf(!clean)(
  `the committed sources build the same package and the same service, byte for byte${clean ? '' : ' (skipped: no clone, or changed sources)'}`,
  () => {
    const told = run('run', '--silent', 'check:build')
    const [, same, all] = /^(\d+) of (\d+) files are the same/m.exec(told) ?? []
    expect(told).toMatch(/^same [0-9a-f]{64} lib\/forest\/forest\.wasm$/m)
    expect(Number(all)).toBeGreaterThan(500)
    expect(same).toBe(all)
  },
  240_000,
)

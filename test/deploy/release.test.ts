import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { developmentPackages } from '../../scripts/image/development-packages.js'
import { hasTool, skipped } from './tool.js'

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

const clone = hasTool('git') && existsSync(join(repository, '.git'))

test.skipIf(!clone)(`the committed sources rebuild the same .wasm bytes${skipped('a clone', clone)}`, () => {
  const told = run('run', '--silent', 'check:wasm')
  expect(told).toMatch(/^same +[0-9a-f]{64} forest\/.*\.wasm$/m)
  expect(told).not.toContain('DIFFERENT')
})

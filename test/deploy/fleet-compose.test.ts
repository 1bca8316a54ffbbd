import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '#sentinel/config/config.js'
import { unknownVariables } from '#sentinel/config/environment.js'

interface Service {
  readonly image: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly deploy?: { readonly replicas?: number; readonly resources?: { readonly limits?: object } }
  readonly read_only?: boolean
}

const folder = fileURLToPath(new URL('../../deploy/', import.meta.url))
const { services } = parse(readFileSync(join(folder, 'docker-compose.fleet.yml'), 'utf8'), {
  merge: true,
}) as { services: Record<'proxy' | 'sentinel' | 'valkey', Service> }

test('three replicas are behind one address, which is published on 127.0.0.1 only', () => {
  expect(services.sentinel.deploy?.replicas).toBe(3)
  expect(services.sentinel.ports).toBeUndefined()
  expect(services.proxy.ports).toEqual(['127.0.0.1:8000:8080'])
  const [mount = ''] = services.proxy.volumes ?? []
  const [source = ''] = mount.split(':')
  expect(existsSync(join(folder, source))).toBe(true)
  expect(readFileSync(join(folder, source), 'utf8')).toContain('server sentinel:8000 resolve')
})

test('each is watched, bounded and hardened, and of a version, but for the one that is built here', () => {
  for (const [name, { healthcheck, deploy, read_only, image }] of Object.entries(services)) {
    expect([name, healthcheck?.test[0], read_only]).toEqual([name, 'CMD', true])
    expect([name, deploy?.resources?.limits]).toEqual([
      name,
      expect.objectContaining({ memory: expect.any(String) }),
    ])
    if (name !== 'sentinel') expect(image).toMatch(/^[\w/-]+:\d+\.\d+\.\d+-alpine$/)
  }
})

test('the settings of the sentinels are ones that they know, and name the bus beside them', () => {
  const { environment = {} } = services.sentinel
  const settings = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/, '$1')]),
  )
  expect(unknownVariables(settings)).toEqual([])
  const { fleet } = loadConfig({ SENTINEL_HOST: '0.0.0.0', ...settings })
  expect(Object.keys(services)).toContain(new URL(fleet?.url ?? '').hostname)
})

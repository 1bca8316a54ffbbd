import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Config, loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'

function load(text: string, environment: Record<string, string> = {}): Config {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sentinel.yaml')
  writeFileSync(path, text)
  return loadConfig({ SENTINEL_CONFIG: path, ...environment })
}

function refusal(text: string, environment: Record<string, string> = {}): string {
  try {
    load(text, environment)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).not.toContain('\n')
    return (error as ConfigError).message
  }
  throw new Error('nothing was refused')
}

const names = ({ telemetry }: Config): string[] => telemetry.features.map(({ name }) => name)

test('detectors are declared by name, default first, with what holds for all of them', () => {
  const { telemetry, detectors } = load(`
rule_latency_ms: 250
seed: 7
features: { latency: { direction: high } }
detectors:
  checkout: { entity: [/region, /tenant], entities: 9, features: [{ name: latency, limit: 90 }, { name: b }] }
  default: {}
`)
  expect(telemetry).toBe(REQUEST_TELEMETRY)
  expect(detectors?.map(({ name, entities }) => [name, entities])).toEqual([
    ['default', 64],
    ['checkout', 9],
  ])
  const [main, checkout] = detectors ?? []
  expect(main?.detector).toMatchObject({ seed: 7, policies: { latency: { direction: 'high' } } })
  expect(main?.detector.telemetry).toBe(REQUEST_TELEMETRY)
  expect(checkout?.detector).toMatchObject({ seed: 7, policies: {}, rules: { latency: 250 } })
  const entityOf = checkout?.detector.telemetry?.entityOf
  expect(entityOf?.({ region: 'eu', tenant: 7 })).toBe('eu/7')
  expect(entityOf?.({ region: 'eu' })).toBeNull()
})

test('without default, that is as telemetry says', () => {
  const config = load(
    'telemetry: { features: [{ name: a }] }\ndetectors: { other: { features: [{ name: b }] } }',
  )
  expect(names(config)).toEqual(['a'])
  expect(config.detectors?.map(({ name }) => name)).toEqual(['default', 'other'])
  expect(load('detectors: {}').detectors).toBeNull()
  expect(load('port: 9000').detectors).toBeNull()
})

test('a preset is what its document says, but for what is said beside it', () => {
  const nginx = load('telemetry: { preset: nginx }')
  expect(names(nginx)).toContain('request_time')
  expect(nginx.telemetry.timed).toBe(true)
  expect(nginx.telemetry.routeOf({ uri: '/x' })).toBe('/x')
  const own = load('telemetry: { preset: nginx, features: [{ name: request_time }] }')
  expect(names(own)).toEqual(['request_time'])
  expect(own.telemetry.routeOf({ uri: '/x' })).toBe('/x')
})

test('every document in presets/ is one that a file may name', () => {
  const presets = readdirSync(new URL('../../../presets/', import.meta.url)).filter((name) =>
    name.endsWith('.yaml'),
  )
  expect(presets.length).toBeGreaterThan(6)
  for (const preset of presets) {
    const name = preset.replace('.yaml', '')
    expect(load(`detectors: { one: { preset: ${name}, entity: /tenant } }`).detectors).toHaveLength(2)
  }
})

test.each([
  [
    'detectors:\n  Shop: {}',
    ':2:3 /detectors/Shop cannot be used: it must be a name of at most 40 of a-z, 0-9, _ and -',
  ],
  [`detectors:\n  ${'a'.repeat(41)}: {}`, 'it must be a name of at most 40'],
  [
    'detectors:\n  a: { entty: /x }',
    ':2:8 /detectors/a/entty cannot be used: there is no such setting; did you mean entity?',
  ],
  [
    'detectors:\n  a: { preset: ngnix }',
    ':2:16 /detectors/a/preset cannot be used: there is no preset ngnix; there are caddy,',
  ],
  [
    'telemetry:\n  preset: ../secret',
    ':2:11 /telemetry/preset cannot be used: it must be the name of a document',
  ],
  [
    'detectors:\n  a: { entity: tenant }',
    ':2:16 /detectors/a/entity cannot be used: it must be a JSON pointer',
  ],
  [
    'detectors:\n  a: { entity: /__proto__ }',
    ':2:16 /detectors/a/entity cannot be used: __proto__ is no name of a field',
  ],
  ['detectors:\n  a: { entities: 9 }', ':2:18 /detectors/a/entities cannot be used: without entity'],
  ['detectors:\n  a: { entity: /x, entities: 0 }', 'it must be a whole number from 1 to 1024'],
  [
    'detectors:\n  a: { features: [{ name: b, from: nonsense(/x) }] }',
    '/detectors/a/features/0/from cannot be used',
  ],
  ['detectors: 3', ':1:12 /detectors cannot be used: it must be detectors by name'],
  [
    'telemetry: {}\ndetectors: { default: {} }',
    ':1:12 /telemetry cannot be used: detectors.default says the same',
  ],
])('%j is refused in one line, with its place', (text, part) => {
  expect(refusal(text)).toContain(part)
})

test('what judges by one forest, or learns with others, has no use for several', () => {
  const text = 'detectors: { a: {} }'
  expect(refusal(text, { SENTINEL_FOREST: '/x' })).toContain('SENTINEL_FOREST')
  expect(refusal(`${text}\nfleet_url: redis://127.0.0.1`)).toMatch(
    /sentinel.yaml:2:.*left out where the file/,
  )
})

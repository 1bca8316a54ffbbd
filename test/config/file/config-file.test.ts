import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'

function fileOf(text: string, name = 'sentinel.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function refusal(text: string, environment: Record<string, string> = {}): string {
  try {
    loadConfig({ SENTINEL_CONFIG: fileOf(text), ...environment })
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  throw new Error('nothing was refused')
}

describe('a configuration file', () => {
  test('says what variables say, and the environment wins over it', () => {
    const path = fileOf(`
port: 9000
alert_rate: 0.01
allowed_hosts: [a.example, b.example]
allow_unauthenticated: true
features: { latency: { direction: high } }
rule_latency_ms: 250
ollama_model: mistral
seed:
`)
    const config = loadConfig({ SENTINEL_CONFIG: path, SENTINEL_PORT: '9001', SENTINEL_ALERT_RATE: ' ' })
    expect(config).toMatchObject({
      port: 9001,
      alerts: { rate: 0.01 },
      access: { allowedHosts: ['a.example', 'b.example'] },
      detector: {
        seed: 42,
        policies: { latency: { direction: 'high' } },
        rules: { latency: 250, errors: 5 },
      },
      explain: { ollamaModel: 'mistral' },
    })
  })

  test('is YAML or JSON, and may be empty', () => {
    expect(loadConfig({ SENTINEL_CONFIG: fileOf('{"port": 9000}', 'sentinel.json') }).port).toBe(9000)
    expect(loadConfig({ SENTINEL_CONFIG: fileOf('# nothing yet\n') }).port).toBe(8000)
  })

  test('declares what is watched, with its limits and directions', () => {
    const { telemetry, detector } = loadConfig({
      SENTINEL_CONFIG: fileOf(`
telemetry:
  features:
    - { name: latency, unit: s, limit: 30, direction: high }
    - name: cpu
      from: /usage/cpu
      missing: median
  route: [/service, /route]
`),
    })
    expect(telemetry.features.map(({ name, unit }) => [name, unit])).toEqual([
      ['latency', 's'],
      ['cpu', 'count'],
    ])
    // The default limit of requests is in milliseconds, and says nothing of seconds.
    expect(detector.rules).toEqual({ latency: 30 })
  })

  test.each([
    [
      'port: 70000',
      'sentinel.yaml:1:7 /port cannot be used: it must be a whole number from 0 to 65535 or off; got 70000',
    ],
    [
      'port: "80"',
      'sentinel.yaml:1:7 /port cannot be used: it must be a whole number from 0 to 65535 or off; got "80"',
    ],
    ['\nprot: 80', 'sentinel.yaml:2:1 /prot cannot be used: there is no such setting; did you mean port?'],
    [
      'SENTINEL_PORT: 80',
      'sentinel.yaml:1:1 /SENTINEL_PORT cannot be used: there is no such setting; did you mean port?',
    ],
    [
      'alerts: loud',
      'sentinel.yaml:1:9 /alerts cannot be used: it must be calibrated or contamination; got "loud"',
    ],
    [
      'telemetry:\n  features:\n    - name: cpu\n      directoin: high',
      'sentinel.yaml:4:7 /telemetry/features/0/directoin cannot be used: there is no such setting; did you mean direction?',
    ],
    [
      'telemetry:\n  features:\n    - { name: cpu, direction: up }',
      'sentinel.yaml:3:31 /telemetry/features/0/direction cannot be used: it must be high, low or both; got "up"',
    ],
    [
      'telemetry:\n  features:\n    - unit: ms',
      'sentinel.yaml:3:7 /telemetry/features/0 cannot be used: name is missing in it',
    ],
    [
      'telemetry:\n  features:\n    - { name: a }\n    - { name: a }',
      'sentinel.yaml:4:15 /telemetry/features/1/name cannot be used: feature 1 is called a, too',
    ],
    [
      'telemetry:\n  route: here',
      'sentinel.yaml:2:10 /telemetry/route cannot be used: it must be a JSON pointer such as /route, or a list of them; got "here"',
    ],
    ['port: 1\nport: 2', 'sentinel.yaml:2:1 is neither YAML nor JSON: Map keys must be unique'],
    ['port: [', 'sentinel.yaml:1:8 is neither YAML nor JSON'],
    ['- port', 'it holds no settings by name'],
  ])(
    'that cannot be used is refused in one line with place, path and what is allowed: %j',
    (text, message) => {
      expect(refusal(text)).toContain(message)
      expect(refusal(text)).not.toContain('\n')
    },
  )

  test('is blamed with its place for what does not go with another setting, unless the environment is to blame', () => {
    expect(refusal('history_max: 100\nmin_samples: 200')).toMatch(
      /^sentinel.yaml:2:14 SENTINEL_MIN_SAMPLES="200" cannot/,
    )
    expect(refusal('min_samples: 20', { SENTINEL_MIN_SAMPLES: '200', SENTINEL_HISTORY_MAX: '100' })).toMatch(
      /^SENTINEL_MIN_SAMPLES=/,
    )
  })

  test('keeps its secrets', () => {
    expect(refusal('webhook_secret: short')).toContain('got "…"')
    expect(refusal('ollama_host: http://me:hunter2@')).not.toContain('hunter2')
  })

  test.each(['/no/such/file', '/', '/dev/null'])('that cannot be read is named: %s', (path) => {
    expect(() => loadConfig({ SENTINEL_CONFIG: path })).toThrow(
      /^SENTINEL_CONFIG="[^\n]*" cannot be used: [^\n]+$/,
    )
  })
})

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'

const MIB = 2 ** 20
const LONGEST_CHARS = 1000

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sentinel-hostile-settings-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

/** The line that a file is refused with; null where it is taken. */
function refusalOf(path: string): string | null {
  try {
    loadConfig({ SENTINEL_CONFIG: path })
    return null
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
  }
}

function fileOf(text: string | Uint8Array): string {
  const path = join(folder(), 'sentinel.yaml')
  writeFileSync(path, text)
  return path
}

/** Makes a file of that many bytes, none of which was written. */
function hollow(bytes: number): (path: string) => void {
  return (path) => {
    writeFileSync(path, '')
    truncateSync(path, bytes)
  }
}

/** Nine lists in one another, each of nine times the one before. */
const LAUGHS = Array.from({ length: 9 }, (_, i) =>
  i === 0 ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]' : `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`,
).join('\n')

test.each<[string, string | Uint8Array]>([
  ['lists of lists of lists by alias', LAUGHS],
  ['an alias that holds itself', 'telemetry: &a { features: [*a] }'],
  ['aliases by the thousand', `a: &a [1, 2]\nb: [${'*a, '.repeat(50_000)}1]`],
  ['merged keys', `a: &a { port: 1 }\nb: { <<: *a }\n<<: *a`],
  ['brackets in one another', '['.repeat(MIB - 10)],
  ['closed brackets in one another', `port: ${'['.repeat(400_000)}${']'.repeat(400_000)}`],
  ['braces in one another', '{a: '.repeat(200_000)],
  ['lists in one another', '- '.repeat(MIB / 2 - 10)],
  ['JSON objects in one another', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
  ['indented maps in one another', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['keys as questions in one another', '? '.repeat(200_000)],
  ['tags and anchors', '!a &b '.repeat(100_000)],
  ['very many keys', Array.from({ length: 120_000 }, (_, i) => `k${i}:`).join('\n')],
  ['very many features', `telemetry: { features: [${'{name: a}, '.repeat(80_000)}] }`],
  ['one very long key', `${'k'.repeat(MIB - 100)}: 1`],
  ['one very long value', `port: ${'9'.repeat(MIB - 100)}`],
  ['a key of control characters', '"a\\u001b[31m\\r\\nport\\u202e": 1'],
  ['a value of control characters', 'host: "a\\u001b[31m\\r\\nhealthy\\u202e"'],
  [
    'a pointer of control characters',
    'telemetry: { features: [{ name: a, from: "/\\u001b[2J\\n/constructor" }] }',
  ],
  ['what has no text', 'port: { toString: 1, valueOf: 1 }'],
  ['a list of what has no text', 'api_token: [{ toString: 1 }]'],
  ['binary', 'port: !!binary AAAA'],
  ['code', 'port: !!js/function "() => 1"'],
  ['no number', 'port: .nan'],
  ['the prototype of all', '__proto__: { port: 1 }'],
  ['the prototype of all in JSON', '{"__proto__": {"port": 1}}'],
  ['a constructor', 'constructor: { prototype: { port: 1 } }'],
  ['a feature called by what every object has', 'telemetry: { features: [{ name: __proto__, from: /x }] }'],
  ['another one', 'telemetry: { features: [{ name: constructor, from: /x }] }'],
  ['and another one', 'telemetry: { features: [{ name: toString, from: "length(/x)" }] }'],
  ['a policy for what every object has', 'features: { constructor: { direction: high } }'],
  ['a pointer to what every object has', 'telemetry: { features: [{ name: a, from: /__proto__/polluted }] }'],
  ['a route that every object has', 'telemetry: { route: [/a, /constructor/name] }'],
  ['a user that every object has', 'telemetry: { user: /toString }'],
  ['several documents', 'port: 1\n---\nport: 2\n'],
  ['zeros', new Uint8Array(1000)],
  ['no UTF-8', Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) & 255)],
  ['a long expression', `telemetry: { features: [{ name: a, from: "count(${'('.repeat(400)}" }] }`],
])(
  'settings that are hostile are refused in one line: %s',
  (_what, text) => {
    const line = refusalOf(fileOf(text))
    expect(line).toMatch(/^[\x20-\x7e\u00a1-\uffff]+$/)
    expect((line as string).length).toBeLessThan(LONGEST_CHARS)
    expect(Object.keys(Object.prototype)).toEqual([])
  },
  20_000,
)

test.each<[string, (path: string) => void, RegExp]>([
  ['60 MB', hollow(60e6), /larger than 1 MiB/],
  ['a pipe that nobody writes to', (path) => void spawnSync('mkfifo', [path]), /no regular file/],
  ['a device without end', (path) => symlinkSync('/dev/zero', path), /no regular file/],
  ['a folder', (path) => mkdirSync(path), /no regular file/],
  ['a link to itself', (path) => symlinkSync(path, path), /too many symbolic links|ELOOP/],
])('%s in the place of settings is refused in one line', (_what, make, reason) => {
  const path = join(folder(), 'sentinel.yaml')
  make(path)
  const line = refusalOf(path)
  expect(line).toMatch(reason)
  expect(line).toMatch(/^SENTINEL_CONFIG=.*must be a file of settings in YAML or JSON$/)
})

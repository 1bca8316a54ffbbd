import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'

const ONE = 'a-token-of-22-letters.'
const OTHER = 'AnotherTokenOf24Letters='

let path: string
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-token-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  path = join(dir, 'token')
})

function tokensOf(content: string | Uint8Array, environment: Record<string, string> = {}): readonly string[] {
  writeFileSync(path, content)
  return loadConfig({ SENTINEL_API_TOKEN_FILE: path, ...environment }).access.tokens
}

test.each([
  [`${ONE}`, [ONE]],
  [`${ONE}\n`, [ONE]],
  [`${ONE}\r\n\r\n ${OTHER} \r\n`, [ONE, OTHER]],
  [`${ONE},${OTHER}`, [ONE, OTHER]],
])('the tokens of a file that holds %j are read', (content, tokens) => {
  expect(tokensOf(content)).toEqual(tokens)
})

test('they come beside those of the variable, and open an address beyond loopback', () => {
  expect(tokensOf(ONE, { SENTINEL_API_TOKEN: 'short', SENTINEL_HOST: '0.0.0.0' })).toEqual(['short', ONE])
  expect(tokensOf(ONE, { SENTINEL_HOST: '0.0.0.0' })).toEqual([ONE])
})

test('a mounted secret, which is a link, is followed', () => {
  const target = `${path}.real`
  writeFileSync(target, ONE)
  symlinkSync(target, path)
  expect(loadConfig({ SENTINEL_API_TOKEN_FILE: path }).access.tokens).toEqual([ONE])
})

test.each<[what: string, make: () => void]>([
  ['that is not there', () => {}],
  ['that is empty', () => writeFileSync(path, ' \n\n')],
  ['with a token that is too short', () => writeFileSync(path, `${ONE}\nfifteen-letters`)],
  ['with a token of other characters', () => writeFileSync(path, `${ONE} ${OTHER}`)],
  ['that is no text', () => writeFileSync(path, new Uint8Array(64).fill(255))],
  ['that is large', () => writeFileSync(path, 'a'.repeat(2 ** 20 + 1))],
  ['that is a pipe', () => execFileSync('mkfifo', [path])],
  ['that is a device', () => symlinkSync('/dev/zero', path)],
  ['that is a folder', () => symlinkSync(tmpdir(), path)],
])('a file %s stops the start in one line that repeats nothing of it', (_what, make) => {
  make()
  let error: unknown
  try {
    loadConfig({ SENTINEL_API_TOKEN_FILE: path })
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(ConfigError)
  const { message, variable } = error as ConfigError
  expect(variable).toBe('SENTINEL_API_TOKEN_FILE')
  expect(message).not.toContain('\n')
  expect(message).not.toMatch(/fifteen-letters|AnotherToken|a-token/)
})

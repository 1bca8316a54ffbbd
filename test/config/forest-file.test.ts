import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '#sentinel/config/config-error.js'
import { withForestFile } from '#sentinel/config/forest-file.js'
import { extent } from '../chaos/extent.js'
import { readFixture } from '../forest/fixture.js'

/** Just below what a file may have. */
const BYTES = extent(63, 8) * 2 ** 20

let path: string
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-forest-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  path = join(dir, 'forest.json')
})

/** @param mostBytes of heap that may be taken meanwhile */
async function refusal(content: string, mostBytes = Infinity): Promise<string> {
  writeFileSync(path, content)
  const before = process.memoryUsage().heapTotal
  const error: unknown = await withForestFile(path, async () => null).then(
    () => null,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(ConfigError)
  expect(process.memoryUsage().heapTotal - before).toBeLessThan(mostBytes)
  const { message } = error as ConfigError
  expect(message).not.toContain('\n')
  return message
}

describe('a file that is no forest is refused in one line, before it takes memory', () => {
  test.each<[what: string, content: () => string]>([
    ['nothing but opening brackets', () => '['.repeat(BYTES)],
    ['nothing but empty objects', () => `{"trees":[${'{},'.repeat(BYTES / 3)}{}]}`],
    ['nothing but empty arrays', () => `{"trees":[],"train":[${'[],'.repeat(BYTES / 3)}[]]}`],
    ['arrays one in the other', () => `{"trees":${'['.repeat(100)}${']'.repeat(100)}}`],
  ])('%s', async (_what, content) => {
    expect(await refusal(content(), 64 * 2 ** 20)).toContain(
      'it holds more arrays and objects than a forest has',
    )
  })

  test.each<[what: string, content: string, reason: string]>([
    ['brackets in text', `"${'['.repeat(1000)}"`, 'it must be an object with trees'],
    ['text that does not end', `{"trees":["${'['.repeat(1000)}`, 'it is neither forest bytes nor JSON'],
    ['no tree', '{"trees":[]}', 'offset must be a number between -1 and 0'],
  ])('%s', async (_what, content, reason) => {
    expect(await refusal(content)).toContain(reason)
  })

  test('a link to a device', async () => {
    symlinkSync('/dev/zero', path)
    await expect(withForestFile(path, async () => null)).rejects.toThrow('it is no regular file')
  })
})

describe('a threshold that is none for the forest is refused', () => {
  test.each([0.5, 0, -1, -1.5, -0.01, Number.NaN, null, '0.5'])('an offset of %s', async (offset) => {
    const document = { ...(readFixture('telemetry') as object), offset }
    expect(await refusal(JSON.stringify(document))).toMatch(/offset/)
  })
})

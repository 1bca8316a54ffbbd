import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('the service does not load the clients of the language model before one is asked', async () => {
  const written = await readFile(new URL('../../../dist/server-program.js', import.meta.url), 'utf8')
  // Long lines are broken, also within texts.
  const server = written.replaceAll('\\\n', '')
  const named = (pattern: RegExp): (string | undefined)[] =>
    [...server.matchAll(pattern)].map(([, name]) => name)
  const loadedAtStart = named(/(?:^|[;\n])import\s*(?:[\w*{][^;"']*?)?["']([^"'\n]+)["']/g)
  expect(loadedAtStart).toEqual(expect.arrayContaining(['node:http', 'node:fs']))
  expect(loadedAtStart.filter((name) => !name?.startsWith('node:'))).toEqual([])
  const loadedLater = named(/\bimport\(["']([^"']+)["']\)/g)
  expect(loadedLater).toEqual(expect.arrayContaining(['./package-ollama.js', './package-cockatiel.js']))
  // Nor are they in the program itself.
  expect(server).not.toContain('BulkheadPolicy')
  expect(server).not.toContain('ollama-js')
})

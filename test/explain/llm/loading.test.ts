import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('the service does not load the clients of the language model before one is asked', async () => {
  const server = await readFile(new URL('../../../dist/server.js', import.meta.url), 'utf8')
  const loadedAtStart = [...server.matchAll(/^import\s[^;]*?["']([^"'\n]+)["'];?$/gm)].map(([, name]) => name)
  expect(loadedAtStart.length).toBeGreaterThan(2)
  expect(loadedAtStart).not.toContain('ollama')
  expect(loadedAtStart).not.toContain('cockatiel')
})

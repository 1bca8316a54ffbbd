import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readIgnored } from '../../../scripts/image/context.js'
import { readEnvFile } from '../../../scripts/image/env-file.js'

const ignored = readIgnored(readFileSync(new URL('../../../.dockerignore', import.meta.url), 'utf8'))

test('secrets, history and what the build makes stay out of the image', () => {
  for (const path of [
    '.env',
    '.env.production',
    '.git/config',
    'node_modules/fastify/package.json',
    'dist/server.js',
    'a/deep/npm-debug.log',
    'codeflow-sentinel-0.1.0.tgz',
  ]) {
    expect([path, ignored(path)]).toEqual([path, true])
  }
})

test('what the build and its tests need gets in', () => {
  for (const path of [
    'package-lock.json',
    'src/server.ts',
    '.env.example',
    '.gitignore',
    '.github/workflows/ci.yml',
  ]) {
    expect([path, ignored(path)]).toEqual([path, false])
  }
})

test('the example settings leave the address to the image, so that a published port reaches it, and say who may call', () => {
  const settings = readEnvFile(readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8'))
  expect(settings).toHaveProperty('SENTINEL_PORT', '8000')
  expect(settings).not.toHaveProperty('SENTINEL_HOST')
  expect(settings).toHaveProperty('SENTINEL_ALLOW_UNAUTHENTICATED', 'true')
})

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { execForm, last, properties, readStages, type Stage } from '../../../scripts/image/dockerfile.js'
import { START_ARGUMENTS } from '../../start-command.js'
import { hasTool, skipped } from '../tool.js'

// The rules of hadolint are named by its numbers, so that they can be looked up.
const file = fileURLToPath(new URL('../../../Dockerfile', import.meta.url))
const stages = readStages(file)
const names = stages.map(({ name }) => name)
const final = stages.at(-1) as Stage
const steps = stages.flatMap((stage) => stage.steps)

const hadolint = hasTool('hadolint')
test.skipIf(!hadolint)(`hadolint has nothing to say${skipped('hadolint', hadolint)}`, () => {
  const { status, stdout } = spawnSync('hadolint', ['--failure-threshold', 'info', file], {
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([0, ''])
})

test('a linter of the syntax has nothing to say', () => {
  expect(validate(readFileSync(file, 'utf8')).map(({ message }) => message)).toEqual([])
})

test('it builds, tests, prunes and then begins anew', () => {
  expect(names).toEqual(['build', 'test', 'production', 'runtime'])
  expect(final.from).toMatch(/^gcr\.io\/distroless\/nodejs24-/)
})

test('every base image is pinned by version and digest (DL3006, DL3007)', () => {
  const bases = stages.map(({ from }) => from).filter((from) => !names.includes(from))
  expect(bases).toHaveLength(2)
  for (const base of bases) expect(base).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/)
})

test('the last user is a numbered one and not root (DL3002)', () => {
  const uid = Number(last(final, 'USER')?.text.split(':')[0])
  expect(uid).toBeGreaterThan(0)
  expect(final.steps.findIndex(({ keyword }) => keyword === 'USER')).toBeGreaterThan(
    final.steps.findLastIndex(({ keyword }) => keyword === 'COPY'),
  )
})

test('start (as npm start does) and health check need no shell (DL3025), and there is one of each (DL4003, DL4004, DL3012)', () => {
  const [node, flag, ...program] = execForm(last(final, 'ENTRYPOINT')?.text ?? '')
  expect([node, flag, program]).toEqual(['/nodejs/bin/node', '--disable-sigusr1', [...START_ARGUMENTS]])
  expect(execForm(last(final, 'HEALTHCHECK')?.text ?? '')).toEqual([
    '/nodejs/bin/node',
    'dist/healthcheck.js',
  ])
  for (const keyword of ['ENTRYPOINT', 'HEALTHCHECK']) {
    expect(steps.filter((step) => step.keyword === keyword)).toHaveLength(1)
  }
})

test('folders are absolute (DL3000), files are copied and not added (DL3020), from stages that exist (DL3022, DL3023)', () => {
  for (const { keyword, text, flags } of steps) {
    expect(keyword).not.toBe('ADD')
    expect(keyword).not.toBe('MAINTAINER')
    if (keyword === 'WORKDIR') expect(text).toMatch(/^\//)
    if (keyword === 'COPY' && flags.has('from')) expect(names.slice(0, -1)).toContain(flags.get('from'))
    if (keyword === 'RUN') expect(text).not.toMatch(/\bsudo\b|\bcd\b|curl|wget|apt/)
  }
})

test('only production dependencies get in, and the program from the stage whose tests passed', () => {
  const copies = final.steps.filter(({ keyword }) => keyword === 'COPY')
  const from = new Map(copies.map(({ text, flags }) => [text.split(/\s+/).at(-1), flags.get('from')]))
  expect(from.get('./node_modules')).toBe('production')
  expect(from.get('./dist')).toBe('test')
  const production = stages.find(({ name }) => name === 'production')
  expect(production?.steps.map(({ text }) => text).join('\n')).toContain('npm prune --omit=dev')
})

test('it listens beyond the container, asks for a token unless it is told otherwise, and says what it is', () => {
  expect(properties(final, 'ENV')).not.toHaveProperty('SENTINEL_ALLOW_UNAUTHENTICATED')
  expect(properties(final, 'ENV')).toMatchObject({ NODE_ENV: 'production', SENTINEL_HOST: '0.0.0.0' })
  const labels = properties(final, 'LABEL')
  for (const name of ['title', 'description', 'licenses', 'version', 'revision']) {
    expect(labels).toHaveProperty([`org.opencontainers.image.${name}`])
  }
})

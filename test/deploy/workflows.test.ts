import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tsImport } from 'tsx/esm/api'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

// It imports its schema without saying that it is JSON, which Node refuses and tsx does not.
const { NoOperationTraceWriter, parseWorkflow } = (await tsImport(
  '@actions/workflow-parser',
  import.meta.url,
)) as typeof import('@actions/workflow-parser')

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } }
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly concurrency: { readonly 'cancel-in-progress': boolean }
  readonly jobs: Readonly<Record<string, Job>>
}

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url))
const read = (file: string): string => readFileSync(folder + file, 'utf8')
const workflowOf = (file: string): Workflow => parse(read(file)) as Workflow
const files = readdirSync(folder)
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: object
}

describe.for(files)('%s', (file) => {
  const workflow = workflowOf(file)
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)

  test('is a workflow that the service would take', () => {
    const { context } = parseWorkflow({ name: file, content: read(file) }, new NoOperationTraceWriter())
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([])
  })

  test('names every action by the commit of a release', () => {
    const lines = read(file)
      .split('\n')
      .filter((line) => /\buses:/.test(line))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('may do nothing but what its jobs say, and keeps no credentials in the clone', () => {
    expect(Object.values(workflow.permissions)).not.toContain('write')
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@'))
        expect(inputs).toMatchObject({ 'persist-credentials': false })
    }
  })

  test('ends every job in time', () => {
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
  })

  test('runs scripts that exist, and no expression within a script', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toContain('${{')
      for (const [, script = ''] of run.matchAll(/npm run (?:--?\S+ )*([\w:-]+)/g)) {
        expect(manifest.scripts).toHaveProperty([script])
      }
    }
  })
})

test('CI runs the README’s test command on Node 20, 22 and 24, and drops superseded runs', () => {
  const { concurrency, jobs } = workflowOf('ci.yml')
  expect(concurrency['cancel-in-progress']).toBe(true)
  expect(jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24])
  expect(jobs.test?.steps.map(({ run }) => run)).toContain('npm test')
})

test('CI takes the steps of the Dockerfile in a job of its own', () => {
  const { jobs } = workflowOf('ci.yml')
  expect(jobs['image-steps']?.steps.map(({ run }) => run)).toContain('npm run test:image')
})

/** Packages that bring what the tests use beside Node, as a machine that has no more than that installs them. */
const packages = [
  ...(/done <<'END'\n([\s\S]*?)\nEND/
    .exec(readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8'))?.[1]
    ?.matchAll(/^\S+ (\S+)$/gm) ?? []),
].map(([, name]) => name as string)
/** What the runner brings. */
const THERE = ['chromium', 'curl']

test('every job that tests brings the runtimes and programs without which the tests would fail', () => {
  expect(packages).toContain('redis-server')
  for (const file of files) {
    for (const { steps } of Object.values(workflowOf(file).jobs)) {
      const runs = steps.map(({ run = '' }) => run)
      const before = runs.slice(0, runs.indexOf('npm test'))
      if (!runs.includes('npm test')) continue
      expect(before).toContain('npm run runtimes')
      const installed = before.join('\n').split(/\s+/)
      expect(packages.filter((name) => !installed.includes(name) && !THERE.includes(name))).toEqual([])
    }
  }
})

test('a release checks the .wasm bytes, publishes with provenance and lists what is in it', () => {
  const { permissions, jobs } = workflowOf('release.yml')
  expect(permissions).toEqual({})
  const runs = (job: string): string => jobs[job]?.steps.map(({ run = '' }) => run).join('\n') ?? ''
  expect(runs('verify')).toContain('npm run check:build')
  expect(jobs.npm?.permissions).toEqual({ contents: 'read', actions: 'read', 'id-token': 'write' })
  expect(runs('image')).toContain('npm sbom --omit=dev')
  expect(jobs.image?.steps.some(({ with: inputs }) => inputs?.['sbom-path'] === 'sbom.cdx.json')).toBe(true)
})

test('what is published is the very file that was verified: nothing is built again', () => {
  const { jobs } = workflowOf('release.yml')
  const runs = (job: string): string[] => jobs[job]?.steps.flatMap(({ run = [] }) => run) ?? []
  const verified = runs('verify').join('\n')
  expect(verified.indexOf('npm pkg set')).toBeLessThan(verified.indexOf('npm pack'))
  expect(runs('npm')).toEqual([
    expect.stringMatching(/^gh run download .* --name release --dir release$/),
    'cd release && sha256sum --check --strict SHA256SUMS',
    'npm publish ./release/*.tgz --provenance --access public',
  ])
})

test('packages that are known to be unsafe fail CI, and nights are for what takes long', () => {
  const runs = (file: string): string =>
    Object.values(workflowOf(file).jobs)
      .flatMap(({ steps }) => steps.map(({ run = '' }) => run))
      .join('\n')
  expect(runs('ci.yml')).toContain('npm audit --omit=dev')
  expect(runs('nightly.yml')).toContain('npm run test:chaos')
  expect(runs('nightly.yml')).toMatch(/npm run test:mutation -- .*--least 0\.\d/)
  expect(runs('nightly.yml')).toContain('cmp ')
})

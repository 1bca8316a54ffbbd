import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '#sentinel/config/version.js'
import { bin, packTarball, removeFolder, root, run, temporaryFolder } from './tarball.js'

const LIBRARY = `
import { readFile } from 'node:fs/promises'
import { IsolationForest } from 'codeflow-sentinel/forest'
import { buildApp, DETECTOR_DEFAULTS, Sentinel } from 'codeflow-sentinel'

const wasm = await readFile(new URL(import.meta.resolve('codeflow-sentinel/forest.wasm')))
const forest = await IsolationForest.create({ nFeatures: 1, wasm })
forest.fit([[1], [2], [3], [40]])

let sentinel
const fitted = new Promise((resolve, reject) => {
  sentinel = Sentinel.create({ listener: { fitted: ({ outcome }) => resolve(outcome), trainerFault: reject } })
})
sentinel = await sentinel
for (let i = 0; i < DETECTOR_DEFAULTS.minSamples; i++) sentinel.judge({ latency: i, input_length: 100, errors: 0 })
const outcome = await fitted

const app = await buildApp({ sentinel, logger: false })
const paths = ['/health', '/openapi.json', '/docs', '/docs/redoc.standalone.js']
const codes = await Promise.all(paths.map(async (path) => (await app.inject(path)).statusCode))
await app.close()
await sentinel.close()
console.log(JSON.stringify({ odd: forest.score([40]) > forest.score([2]), outcome, codes }))
`

/** Where a type is missing or says nothing, a line that should be refused is not. */
const TYPED = `
import { buildApp, type Verdict } from 'codeflow-sentinel'
import { watchRequests } from 'codeflow-sentinel/express'
import { IsolationForest } from 'codeflow-sentinel/forest'
import { SentinelSpanProcessor } from 'codeflow-sentinel/opentelemetry'
import { type Judgement, Sentinel } from 'codeflow-sentinel/sentinel'
import * as plain from 'codeflow-sentinel/forest.wasm'
import * as shared from 'codeflow-sentinel/forest.shared.wasm'

export const score: Promise<number> = IsolationForest.create({ nFeatures: 1 }).then((forest) => forest.score([1]))
export const answer = buildApp({ logger: false }).then((app) => app.inject('/health'))
export const modules: object[] = [plain, shared]
// @ts-expect-error
export const forest = IsolationForest.create({ nFeatures: 'one' })
// @ts-expect-error
export const app = buildApp({ logger: 'loud' })
export const judged: Promise<Judgement | null> = Sentinel.create().then((sentinel) =>
  sentinel.judge({ latency: 1, input_length: 1, errors: 0 }),
)
export const watched = watchRequests({
  report: 'unix:/run/sentinel.sock',
  onVerdict: ({ anomaly }, { baseUrl }) => console.log(anomaly?.action, baseUrl.length),
})
export const processor = Sentinel.create().then((sentinel) => new SentinelSpanProcessor({ sentinel }))
// @ts-expect-error
export const both = Sentinel.create().then((sentinel) => watchRequests({ sentinel, report: 'http://sidecar' }))
// @ts-expect-error
export const odd = (verdict: Verdict): string => verdict.anomalous
`

/** Where npm puts it. */
const COMMAND = 'node_modules/.bin/codeflow-sentinel'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  const { file } = await packTarball(folder)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await run('npm', ['install', file, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder })
}, 240_000)
afterAll(() => removeFolder(folder))

describe('installed into an empty folder', () => {
  it('the command says what it is and how it is used', async () => {
    const version = await run('npx', ['--no-install', 'codeflow-sentinel', '--version'], { cwd: folder })
    expect(version.stdout.trim()).toBe(VERSION)
    expect((await run(join(folder, COMMAND), ['--help'], { cwd: folder })).stdout).toContain('SENTINEL_PORT')
  }, 60_000)

  it('the command serves until it is told to stop', async () => {
    const service = spawn(join(folder, COMMAND), {
      cwd: folder,
      env: { ...process.env, SENTINEL_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const address = await listeningAddress(service.stdout)
      const health = await fetch(`${address}/health`)
      expect(await health.json()).toMatchObject({ status: 'healthy', version: VERSION })
      service.kill('SIGTERM')
      const [code] = await once(service, 'exit')
      expect(code).toBe(0)
    } finally {
      service.kill('SIGKILL')
    }
  }, 60_000)

  it('the library fits, here and on its own thread, and answers with its pages', async () => {
    await writeFile(join(folder, 'library.js'), LIBRARY)
    const { stdout } = await run(process.execPath, ['library.js'], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual({ odd: true, outcome: 'ok', codes: [200, 200, 200, 200] })
  }, 60_000)

  it.each(['nodenext', 'bundler'])(
    'TypeScript resolves every entry (%s) and finds no fault with our declarations',
    async (resolution) => {
      await writeFile(join(folder, 'typed.ts'), TYPED)
      // What is wrong with the compiler's own declarations is no matter of ours, and they are most of what there is.
      const flags = [
        '--noEmit',
        '--singleThreaded',
        '--strict',
        '--skipDefaultLibCheck',
        '--target',
        'es2022',
      ]
      const library = ['--lib', 'es2023,dom', '--types', 'node']
      const places = ['--typeRoots', join(root, 'node_modules/@types'), '--moduleResolution', resolution]
      const module = ['--module', resolution === 'nodenext' ? 'nodenext' : 'preserve']
      const told = await run(bin('tsc'), [...flags, ...library, ...places, ...module, 'typed.ts'], {
        cwd: folder,
      }).then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout as string,
      )
      const ours = told
        .split('\n')
        .filter((line) => /^(typed\.ts|node_modules\/codeflow-sentinel\/|error)/.test(line))
      expect(ours).toEqual([])
    },
    60_000,
  )
})

async function listeningAddress(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /listens at (http:\/\/[^"\s]+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('the service ended without listening')
}

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bin, packTarball, removeFolder, root, run, type Tarball, temporaryFolder } from './tarball.js'

/** The pages: Swagger UI, ReDoc, the dashboard, the playground; what is written in Markdown, and data for configurations. */
const DOCUMENTATION = /^lib\/(http\/pages|dashboard|playground)\/|^(?:examples|presets|schema)\/|\.md$/
/** Without types of its own; Fastify brings it. */
const semver = createRequire(import.meta.url)('semver') as {
  satisfies(version: string, range: string): boolean
}
const LIMIT_BYTES = 880 * 1024

let folder: string
let tarball: Tarball
beforeAll(async () => {
  folder = await temporaryFolder()
  tarball = await packTarball(folder)
}, 60_000)
afterAll(() => removeFolder(folder))

describe('the tarball', () => {
  it('holds the build, the licence and nothing of the sources, the tests or the debug build', () => {
    const paths = tarball.files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'LICENSE', 'lib/forest/forest.wasm']))
    const foreign = paths.filter(
      (path) =>
        !/^(lib\/|examples\/|presets\/|schema\/|docs\/[\w-]+\.md$|package\.json$|LICENSE$|(README|CHANGELOG|SECURITY)\.md$)/.test(
          path,
        ),
    )
    expect(foreign).toEqual([])
    expect(paths).toEqual(expect.arrayContaining(['docs/operations.md', 'examples/README.md']))
    expect(paths.filter((path) => /debug|\.test\.|\.map$/.test(path))).toEqual([])
  })

  it('unpacks to less than 880 KiB without the pages and the documentation', () => {
    const code = tarball.files.filter(({ path }) => !DOCUMENTATION.test(path))
    expect(code.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(LIMIT_BYTES)
  })

  it('holds the forest once, for the library and for the service', async () => {
    const scripts = tarball.files
      .map(({ path }) => path)
      .filter((path) => /^lib\/(?!playground).*\.js$/.test(path))
    const sources = await Promise.all(scripts.map((path) => readFile(join(root, path), 'utf8')))
    expect(scripts.filter((_path, index) => sources[index]?.includes('bytes refused'))).toEqual([
      'lib/forest/forest.js',
    ])
  })

  it('runs nothing when it is installed and has no side effects when it is imported', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    // The service takes signals as it starts, and is no module to import.
    expect(manifest.sideEffects).toEqual([
      './dist/http/stop/stop-signals.js',
      './lib/http/stop/stop-signals.js',
    ])
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(manifest.scripts).not.toHaveProperty(script)
    }
  })

  it('says where it is from, for whom, and which lines of Node run all that it is made of', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(manifest.repository.url).toMatch(/^git\+https:/)
    expect(manifest.homepage).toMatch(/^https:/)
    expect(manifest.keywords).toContain('isolation-forest')
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { engines?: { node?: string } }>
    }
    const lines = String(manifest.engines.node).match(/\d+\.\d+\.\d+/g) ?? []
    expect(lines).toEqual(['20.19.0', '22.13.0', '24.0.0'])
    const refused = Object.entries(lock.packages).flatMap(([name, { engines }]) =>
      lines.filter((line) => !semver.satisfies(line, engines?.node ?? '*')).map((line) => [name, line]),
    )
    expect(refused).toEqual([])
  })

  it('has a manifest that publint finds no fault with', async () => {
    const { stdout } = await run(bin('publint'), ['run', tarball.file, '--strict'])
    expect(stdout).toContain('All good!')
  }, 60_000)
})

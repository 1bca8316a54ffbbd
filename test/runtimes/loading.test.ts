import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { IsolationForest, type WasmOptions } from '#sentinel/forest/index.js'
import { type StaticServer, serveFolder } from './static-server.js'

const folder = new URL('../../dist/forest/', import.meta.url)
const create = (options: WasmOptions) => IsolationForest.create({ nFeatures: 1, ...options })
const sharedMemory = () => new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })

async function expectScores(options: WasmOptions, shared = false): Promise<void> {
  const forest = await create(options)
  forest.fit([[1], [2], [3], [40]])
  expect(forest.score([40])).toBeGreaterThan(forest.score([2]))
  expect(forest.arena.shared).toBe(shared)
}

it('a forest comes back from a file, whose bytes stay as they were read', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'codeflow-sentinel-')), 'forest.bin')
  const forest = await create({})
  await writeFile(file, forest.fit([[1], [2], [3], [40]]).toBytes())
  const bytes = await readFile(file)
  await rm(join(file, '..'), { recursive: true })
  const back = await IsolationForest.fromBytes(bytes)
  expect(back.score([40])).toBe(forest.score([40]))
  expect(Buffer.compare(bytes, forest.toBytes())).toBe(0)
})

describe('in Node the module is taken', () => {
  let server: StaticServer
  beforeAll(async () => {
    server = await serveFolder(fileURLToPath(folder))
  })
  afterAll(() => server.close())

  it('from disk when nothing is said', async () => {
    await expectScores({})
  })

  it('from disk without loading the HTTP client, which would be most of the time that it takes', async () => {
    const program = `
      const { IsolationForest } = await import(${JSON.stringify(new URL('index.js', folder).href)})
      await IsolationForest.create({ nFeatures: 1, shared: true })
      console.log(process.moduleLoadList.filter((name) => name.includes('undici')).length)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    expect(stdout.trim()).toBe('0')
  })

  it('from the script that carries it where there is no .wasm', async () => {
    const alone = await mkdtemp(join(tmpdir(), 'codeflow-sentinel-'))
    onTestFinished(() => rm(alone, { recursive: true }))
    for (const file of ['forest.js', 'forest.inline.js']) await cp(new URL(file, folder), join(alone, file))
    await writeFile(join(alone, 'package.json'), '{ "type": "module" }')
    const library: typeof import('#sentinel/forest/index.js') = await import(
      pathToFileURL(join(alone, 'forest.js')).href
    )
    const forest = await library.IsolationForest.create({ nFeatures: 1 })
    expect(forest.fit([[1], [2], [3], [40]]).score([40])).toBeGreaterThan(forest.score([2]))
    const shared = library.IsolationForest.create({ nFeatures: 1, shared: true })
    await expect(shared).rejects.toThrow('forest.shared.wasm')
  })

  it('from a file URL, as import.meta.resolve gives it', async () => {
    await expectScores({ wasm: new URL('forest.wasm', folder) })
    await expectScores({ wasm: new URL('forest.wasm', folder).href })
  })

  it('from bytes', async () => {
    await expectScores({ wasm: await readFile(new URL('forest.wasm', folder)) })
  })

  it('compiled', async () => {
    await expectScores({ wasm: await WebAssembly.compile(await readFile(new URL('forest.wasm', folder))) })
  })

  it('from an address, from an answer and from one still to come', async () => {
    await expectScores({ wasm: `${server.url}forest.wasm` })
    await expectScores({ wasm: fetch(`${server.url}forest.wasm`) })
    await expectScores({ wasm: await fetch(`${server.url}forest.wasm`) })
  })

  it('from an answer of another type, without streaming', async () => {
    const bytes = await readFile(new URL('forest.wasm', folder))
    const headers = { 'content-type': 'application/octet-stream' }
    await expectScores({ wasm: new Response(bytes, { headers }) })
  })

  it('in the shared build when the memory given is shared', async () => {
    await expectScores({ memory: sharedMemory() }, true)
    await expectScores({ shared: true }, true)
  })

  it('in either build when it is given without a memory', async () => {
    await expectScores({ wasm: new URL('forest.shared.wasm', folder) }, true)
  })

  it('not in a build that does not fit the memory', async () => {
    const wasm = new URL('forest.wasm', folder)
    await expect(create({ wasm, memory: sharedMemory() })).rejects.toMatchObject({ code: 'FOREST_NO_WASM' })
    await expect(create({ wasm, shared: true })).rejects.toThrow('forest.shared.wasm')
  })

  it('not from a page that stands in its place, nor from nowhere', async () => {
    const page = new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
    await expect(create({ wasm: page })).rejects.toThrow('answered a page')
    await expect(create({ wasm: `${server.url}nowhere.wasm` })).rejects.toThrow('answered 404')
  })
})

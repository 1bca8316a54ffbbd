import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { removeFolder, temporaryFolder } from '../package/tarball.js'
import { closePages, launchChromium } from './chromium.js'
import { type StaticServer, serveFolder } from './static-server.js'

const PAGE = `<!doctype html><script type="module">
  import { IsolationForest } from './forest.js'
  let streamed = 0
  const { compileStreaming } = WebAssembly
  WebAssembly.compileStreaming = (source) => { streamed++; return compileStreaming(source) }
  globalThis.loaded = (async () => {
    const forest = await IsolationForest.create({ nFeatures: 1 })
    return { streamed, shared: forest.arena.shared, score: forest.fit([[1], [2], [9]]).score([9]) }
  })()
</script>`

let browser: Browser | undefined
afterAll(closePages)

describe('a browser loads the module', () => {
  let folder: string
  let server: StaticServer
  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await serveFolder(folder)
  })
  beforeEach(async () => {
    await cp(fileURLToPath(new URL('../../dist/forest', import.meta.url)), folder, { recursive: true })
    await writeFile(join(folder, 'index.html'), PAGE)
  })
  afterAll(async () => {
    await server.close()
    await removeFolder(folder)
  })

  async function load(context: Parameters<typeof launchChromium>[0], wasmType = 'application/wasm') {
    browser ??= await launchChromium(context)
    const page = await browser.newPage()
    await page.route('**/*.wasm', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, headers: { ...answer.headers(), 'content-type': wasmType } })
    })
    await page.goto(server.url)
    const loaded = await page.evaluate(() => (globalThis as unknown as { loaded: Promise<Loaded> }).loaded)
    await page.close()
    return loaded
  }

  it('while it arrives', async (context) => {
    expect(await load(context)).toMatchObject({ streamed: 1, shared: false })
    expect(server.requests).not.toContain('/forest.inline.js')
  }, 60_000)

  it('from a server that does not know its type', async (context) => {
    const { streamed, score } = await load(context, 'application/octet-stream')
    expect(streamed).toBe(0)
    expect(score).toBeGreaterThan(0)
  }, 60_000)

  it('from the script that carries it where the .wasm is missing', async (context) => {
    await rm(join(folder, 'forest.wasm'))
    const { score } = await load(context)
    expect(score).toBeGreaterThan(0)
    expect(server.requests).toContain('/forest.inline.js')
  }, 60_000)
})

interface Loaded {
  readonly streamed: number
  readonly shared: boolean
  readonly score: number
}

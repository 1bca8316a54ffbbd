import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import * as library from '#sentinel/forest/index.js'
import { run } from '../package/tarball.js'
import { closePages, launchChromium } from './chromium.js'
import { type ConformanceReport, runConformance } from './conformance.js'
import { executable } from './executables.js'
import type { PageReports } from './programs/page.js'
import { createProject, type Project } from './project.js'
import { ISOLATION, STRICT_POLICY, serveFolder } from './static-server.js'

let project: Project
let browser: Browser | undefined
/** Of forest bytes, scores, contributions and confidences, computed here: what every runtime must compute. */
let expectedDigest: string
beforeAll(async () => {
  project = await createProject()
  expectedDigest = (await runConformance(library)).digest
}, 60_000)
afterAll(async () => {
  await closePages()
  await project?.remove()
})

function expectConformance({ results, digest }: ConformanceReport): void {
  expect(results.filter(({ failure }) => failure !== null)).toEqual([])
  expect(results.length).toBeGreaterThan(8)
  expect(digest).toBe(expectedDigest)
}

async function command(program: string, args: readonly string[]): Promise<ConformanceReport> {
  const { stdout } = await run(program, args, { cwd: project.folder, timeout: 60_000 })
  return JSON.parse(stdout)
}

async function inChromium(context: TestContext, headers: Record<string, string>): Promise<PageReports> {
  browser ??= await launchChromium(context)
  const server = await serveFolder(project.folder, headers)
  const page = await browser.newPage()
  try {
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    await page.goto(`${server.url}page.html`)
    const reports = await page.evaluate(
      () => (globalThis as unknown as { reports: Promise<PageReports> }).reports,
    )
    expect(failures).toEqual([])
    return reports
  } finally {
    await page.close()
    await server.close()
  }
}

describe('the packed library holds its promises and computes the same bits', () => {
  it('in Node, from disk', async () => {
    const report = await command(process.execPath, ['command.js'])
    expectConformance(report)
    expect(report.shared).toBe(false)
  })

  it('in a worker thread of Node', async () => {
    expectConformance(await command(process.execPath, ['thread.js']))
  })

  it('in Deno, under its package name', async (context) => {
    const deno = executable('deno', context)
    const flags = ['--no-config', '--node-modules-dir=manual', '--allow-read', '--no-remote']
    expectConformance(await command(deno, ['run', ...flags, 'command.js']))
  }, 90_000)

  it('in Deno, by URL', async (context) => {
    const deno = executable('deno', context)
    const server = await serveFolder(project.folder)
    try {
      const host = new URL(server.url).host
      const flags = ['--no-config', '--no-lock', '--reload', `--allow-import=${host}`, `--allow-net=${host}`]
      expectConformance(await command(deno, ['run', ...flags, `${server.url}url.js`]))
      expect(server.requests).toContain('/package/lib/forest/forest.wasm')
    } finally {
      await server.close()
    }
  }, 90_000)

  it('in Bun, under its package name', async (context) => {
    expectConformance(await command(executable('bun', context), ['command.js']))
  }, 90_000)

  it('in Chromium, on the page and in its worker', async (context) => {
    const { isolated, page, worker } = await inChromium(context, {})
    expectConformance(page)
    expectConformance(worker)
    expect([isolated, page.shared, worker.shared]).toEqual([false, false, false])
  }, 90_000)

  it('in cross-origin isolated Chromium, in shared memory', async (context) => {
    const { isolated, page, worker } = await inChromium(context, ISOLATION)
    expectConformance(page)
    expectConformance(worker)
    expect([isolated, page.shared, worker.shared]).toEqual([true, true, true])
  }, 90_000)

  it('in Chromium under a policy without unsafe-eval', async (context) => {
    const { page, worker } = await inChromium(context, STRICT_POLICY)
    expectConformance(page)
    expectConformance(worker)
  }, 90_000)

  it('but in Chromium not under a policy that forbids WebAssembly, and says so', async (context) => {
    const policy = { 'content-security-policy': "script-src 'self'; connect-src 'self'" }
    await expect(inChromium(context, policy)).rejects.toThrow('wasm-unsafe-eval')
  }, 90_000)
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../package/tarball.js'
import { closePages, launchChromium } from './chromium.js'
import { executable } from './executables.js'
import type { HeartReport } from './programs/heart.js'
import { createProject, type Project } from './project.js'
import { ISOLATION, serveFolder } from './static-server.js'

let project: Project
let browser: Browser | undefined
beforeAll(async () => {
  project = await createProject()
  await writeFile(join(project.folder, 'heart.html'), '<!doctype html>')
  await build({
    entryPoints: [join(project.folder, 'heart-worker.js')],
    outdir: join(project.folder, 'bundle'),
    bundle: true,
    splitting: true,
    // Of the language model's part, which nothing here loads.
    external: ['cockatiel', '@sinclair/*'],
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  })
}, 60_000)
afterAll(async () => {
  await closePages()
  await project?.remove()
})

const RIGHT = { ordinary: true, action: 'observe', same: true, afterClose: null }

async function command(program: string, args: readonly string[]): Promise<HeartReport> {
  const { stdout } = await run(program, args, { cwd: project.folder, timeout: 60_000 })
  return JSON.parse(stdout)
}

it('judges, learns on a thread and goes on from a snapshot in Node', async () => {
  const report = await command(process.execPath, ['heart-command.js'])
  expect(report).toMatchObject({ ...RIGHT, trainer: 'worker' })
  expect(report.generation).toBe(6)
}, 90_000)

it('in Deno', async (context) => {
  const flags = ['--no-config', '--node-modules-dir=manual', '--allow-read', '--no-remote']
  const report = await command(executable('deno', context), ['run', ...flags, 'heart-command.js'])
  expect(report).toMatchObject(RIGHT)
  expect(report.generation).toBeGreaterThan(0)
}, 90_000)

it('in Bun', async (context) => {
  const report = await command(executable('bun', context), ['heart-command.js'])
  expect(report).toMatchObject(RIGHT)
  expect(report.generation).toBeGreaterThan(0)
}, 90_000)

const PAGES = { 'an ordinary page': {}, 'a cross-origin isolated page': ISOLATION }

for (const [name, headers] of Object.entries(PAGES)) {
  it(`in the worker of ${name}, where it learns in turns`, async (context) => {
    browser ??= await launchChromium(context)
    const server = await serveFolder(project.folder, headers)
    const page = await browser.newPage()
    try {
      await page.goto(`${server.url}heart.html`)
      const report = await page.evaluate(
        () =>
          new Promise((resolve) => {
            const worker = new Worker('bundle/heart-worker.js', { type: 'module' })
            worker.onmessage = ({ data }) => resolve(data)
            worker.onerror = ({ message }) => resolve({ error: message })
          }),
      )
      expect(report).toMatchObject({ ...RIGHT, trainer: 'inline', generation: 6 })
    } finally {
      await page.close()
      await server.close()
    }
  }, 90_000)
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import type { Browser } from 'playwright-core'
import { build, createServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { root, run } from '../package/tarball.js'
import { closePages, launchChromium } from './chromium.js'
import { executable } from './executables.js'
import { createProject, type Project } from './project.js'
import { readmeSection } from './readme-section.js'
import { STRICT_POLICY, serveFolder } from './static-server.js'

/** The page whose examples are run. */
const PAGE = join(root, 'docs/runtimes.md')

let project: Project
let browser: Browser | undefined
beforeAll(async () => {
  project = await createProject()
}, 60_000)
afterAll(async () => {
  await closePages()
  await project?.remove()
})

/** What the page says once it is done, and the .wasm it asked for. */
async function outputOf(context: TestContext, url: string): Promise<{ output: string; modules: string[] }> {
  browser ??= await launchChromium(context)
  const page = await browser.newPage()
  const modules: string[] = []
  page.on('response', (response) => {
    if (response.headers()['content-type'] === 'application/wasm') modules.push(response.url())
  })
  await page.goto(url)
  await page.waitForFunction(() => document.querySelector('output')?.value)
  const output = await page.locator('output').evaluate((element: HTMLOutputElement) => element.value)
  await page.close()
  return { output, modules }
}

async function expectOdd(
  context: TestContext,
  site: string,
  page: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const server = await serveFolder(site, headers)
  try {
    const { output, modules } = await outputOf(context, server.url + page)
    expect(output).toBe('odd')
    return modules
  } finally {
    await server.close()
  }
}

describe('the example of docs/runtimes.md', () => {
  it('for the browser runs, as it is and under a strict policy', async (context) => {
    const { sh, html } = await readmeSection(PAGE, 'In the browser')
    const site = join(project.folder, 'public')
    await mkdir(site)
    await run('sh', ['-c', sh as string], { cwd: project.folder })
    // The policy forbids scripts inside a page: for it, the example's moves next to the page.
    const [element, script] = /<script type="module">(.*)<\/script>/s.exec(html as string) ?? []
    const strict = (html as string).replace(
      element as string,
      '<script type="module" src="strict.js"></script>',
    )
    await writeFile(join(site, 'strict.js'), script as string)
    await writeFile(join(site, 'strict.html'), strict)
    await writeFile(join(site, 'index.html'), html as string)
    await expectOdd(context, site, '')
    const modules = await expectOdd(context, site, 'strict.html', STRICT_POLICY)
    expect(modules.join()).toMatch(/\/forest\/forest\.wasm$/)
  }, 60_000)

  it('for Deno runs', async (context) => {
    const { ts } = await readmeSection(PAGE, 'In Deno')
    await writeFile(join(project.folder, 'deno.ts'), ts as string)
    const flags = ['--no-lock', '--node-modules-dir=manual', '--allow-read']
    const { stdout } = await run(executable('deno', context), ['run', ...flags, 'deno.ts'], {
      cwd: project.folder,
    })
    expect(stdout.trim()).toBe('odd')
  }, 60_000)

  it('for Bun runs', async (context) => {
    const { ts } = await readmeSection(PAGE, 'In Bun')
    await writeFile(join(project.folder, 'bun.ts'), ts as string)
    const { stdout } = await run(executable('bun', context), ['bun.ts'], { cwd: project.folder })
    expect(stdout.trim()).toBe('odd')
  }, 60_000)

  it('for a bundler runs in Vite, while developing and built, without a configuration', async (context) => {
    const { html, js } = await readmeSection(PAGE, 'In a bundler')
    const site = join(project.folder, 'bundled')
    await mkdir(site)
    await writeFile(join(site, 'index.html'), html as string)
    await writeFile(join(site, 'main.js'), js as string)
    const inline = { root: site, configFile: false, logLevel: 'error' } as const
    const host = { host: '127.0.0.1', port: 0 }

    const developing = await (await createServer({ ...inline, server: { ...host, ws: false } })).listen()
    const served = await outputOf(context, developing.resolvedUrls?.local[0] as string)
    await developing.close()
    expect(served.output).toBe('odd')

    await build(inline)
    const built = await preview({ ...inline, preview: host })
    const previewed = await outputOf(context, built.resolvedUrls?.local[0] as string)
    await built.close()
    expect(previewed.output).toBe('odd')
    expect(previewed.modules.join()).toMatch(/\/assets\/forest-[\w-]+\.wasm$/)
  }, 90_000)

  it('for a bundler runs in esbuild, which emits no .wasm, too', async (context) => {
    const { js } = await readmeSection(PAGE, 'In a bundler')
    const site = join(project.folder, 'esbuilt')
    await mkdir(site)
    await writeFile(join(site, 'index.html'), '<output></output><script type="module" src="out.js"></script>')
    await writeFile(join(site, 'main.js'), js as string)
    await esbuild({
      entryPoints: [join(site, 'main.js')],
      outfile: join(site, 'out.js'),
      bundle: true,
      format: 'esm',
    })
    expect(await expectOdd(context, site, '')).toEqual([])
  }, 60_000)
})

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** The whole page, whatever it is about: what helps some people helps these tests. */
const axe = await readFile(AXE, 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[]
}

/** The dashboard in a browser, with all that it complains of and all that it asks of elsewhere. */
export class DashboardPage {
  readonly page: Page
  readonly complaints: string[]

  private constructor(page: Page, complaints: string[]) {
    this.page = page
    this.complaints = complaints
  }

  /** @param tolerated what the console may say, as where a connection is refused on purpose */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    tolerated = /^$/,
  ): Promise<DashboardPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      const bad = message.type() === 'error' || message.type() === 'warning'
      if (bad && !tolerated.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(request.url())
    })
    page.setDefaultTimeout(60_000)
    await page.goto(url)
    return new DashboardPage(page, complaints)
  }

  /** Resolves once everything was fetched so many times. */
  async loaded(times = 1): Promise<void> {
    await this.page.waitForFunction((n) => Number(document.body.dataset.loaded ?? 0) >= n, times)
  }

  /** The value of a tile of the strip. */
  async tile(name: string): Promise<string> {
    const tile = this.page.locator('#strip > div', { has: this.page.getByText(name, { exact: true }) })
    return (await tile.locator('.value').textContent()) ?? ''
  }

  async expectTile(name: string, value: string | RegExp): Promise<void> {
    await expect.poll(() => this.tile(name), { timeout: 30_000 }).toMatch(value)
  }

  /** What axe-core finds wrong; the policy of the page does not allow a script that is not of the service. */
  async faults(): Promise<string[]> {
    await this.page.evaluate(axe)
    const violations = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      return (await axe.run()).violations
    })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`),
    )
  }

  /** How wide the page is beyond its window, in pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  }

  close(): Promise<void> {
    return this.page.context().close()
  }
}

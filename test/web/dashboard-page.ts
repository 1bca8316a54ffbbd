import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const axe = await readFile(AXE, 'utf8')
const DESK = { width: 1440, height: 900 }
const PHONE = { width: 360, height: 740 }
interface Shape {
  readonly colorScheme: 'light' | 'dark'
  readonly size: { readonly width: number; readonly height: number }
}
/** Each scheme and each size once. */
const TWO_SHAPES: readonly Shape[] = [
  { colorScheme: 'light', size: DESK },
  { colorScheme: 'dark', size: PHONE },
]
/** How the page may look: for what shows most, as what is found in one of them need not be in another. */
export const ALL_SHAPES: readonly Shape[] = [
  ...TWO_SHAPES,
  { colorScheme: 'light', size: PHONE },
  { colorScheme: 'dark', size: DESK },
]
/** More controls than the page has. */
const TABS_MOST = 200

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
    const context = await browser.newContext({ viewport: DESK, reducedMotion: 'reduce', ...options })
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
    // The policy of the page does not allow a script that is not of the service.
    await page.evaluate(axe)
    return new DashboardPage(page, complaints)
  }

  /** Resolves once everything was fetched so many times. */
  async loaded(times = 1): Promise<void> {
    await this.page.waitForFunction((n) => Number(document.body.dataset.loaded ?? 0) >= n, times)
  }

  text(selector: string): Promise<string | null> {
    return this.page.locator(selector).textContent()
  }

  /** The value of a tile of the strip, or what is said about it. */
  async tile(name: string, part: 'value' | 'about' = 'value'): Promise<string> {
    const tile = this.page.locator('#strip > div', { has: this.page.getByText(name, { exact: true }) })
    return (await tile.locator(`.${part}`).textContent()) ?? ''
  }

  async expectTile(name: string, value: string | RegExp, about: string | RegExp = ''): Promise<void> {
    await expect.poll(() => this.tile(name), { timeout: 30_000 }).toMatch(value)
    await expect.poll(() => this.tile(name, 'about'), { timeout: 30_000 }).toMatch(about)
  }

  /** Light and dark, on a desk and on a phone: axe-core finds nothing, and nothing is wider than its window. */
  async expectNoFaults(shapes = TWO_SHAPES): Promise<void> {
    for (const { colorScheme, size } of shapes) {
      await this.page.emulateMedia({ colorScheme })
      await this.page.setViewportSize(size)
      const found = await this.page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(options: object): Promise<{ violations: Violation[] }> }
        }
        return (await axe.run({ resultTypes: ['violations'] })).violations
      })
      const faults = found.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`),
      )
      expect(faults, `${colorScheme}, ${size.width} px`).toEqual([])
      const beyond = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(beyond, `${colorScheme}, ${size.width} px`).toBeLessThanOrEqual(0)
    }
    await this.page.setViewportSize(DESK)
  }

  /**
   * What moved while numbers changed, by Chromium's own count of layout shifts.
   * @param change called after each second's numbers have come
   */
  async shiftsWhile(size: 'desk' | 'phone', changes: readonly (() => void)[]): Promise<string[]> {
    const { page } = this
    await page.setViewportSize(size === 'desk' ? DESK : PHONE)
    await this.#drawn()
    await page.evaluate(() => {
      const shifts: string[] = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, sources } = entry as unknown as { value: number; sources: { node: Node | null }[] }
          const names = sources.map(({ node }) =>
            node instanceof Element ? node.outerHTML.slice(0, 90) : '',
          )
          shifts.push(`${value} ${names.join(' ')}`)
        }
      }).observe({ type: 'layout-shift' })
      Object.assign(globalThis, { shifts })
    })
    for (const change of changes) {
      change()
      const before = await this.text('#strip')
      await expect.poll(() => this.text('#strip'), { timeout: 30_000 }).not.toBe(before)
    }
    await this.#drawn()
    const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: string[] }).shifts)
    await page.setViewportSize(DESK)
    return shifts
  }

  /** What has moved since the page was opened, by the same count. */
  shiftsSoFar(): Promise<number[]> {
    return this.page.evaluate(async () => {
      const shifts: number[] = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
      for (let frame = 0; frame < 5; frame++) await new Promise((drawn) => requestAnimationFrame(drawn))
      return shifts
    })
  }

  /** What has changed is laid out, what observes that has acted, and that is drawn, too. */
  #drawn(): Promise<void> {
    return this.page.evaluate(async () => {
      for (let frame = 0; frame < 5; frame++) await new Promise((drawn) => requestAnimationFrame(drawn))
    })
  }

  /** Presses the tabulator until the focus is on an element. @throws Error when it is never there */
  async tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < TABS_MOST; presses++) {
      await this.page.keyboard.press('Tab')
      if (await this.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    }
    throw new Error(`${selector} is not reached`)
  }

  /** What the timeline shows of its last buckets, newest first, as it is spoken: by time the rest of the sentence. */
  async drawn(buckets: number): Promise<Map<string, string>> {
    const { page } = this
    const seen = new Map<string, string>()
    await page.locator('#plots').focus()
    for (let i = 0; i < buckets; i++) {
      await page.keyboard.press(i === 0 ? 'End' : 'ArrowLeft')
      const [time = '', rest = ''] = ((await this.text('#spoken')) ?? '').split(/: (.*)/)
      seen.set(time, rest)
    }
    await page.keyboard.press('Escape')
    return seen
  }

  close(): Promise<void> {
    return this.page.context().close()
  }
}

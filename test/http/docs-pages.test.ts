import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { sharedApps } from './subject.js'

const shared = sharedApps()

/** Mean of red, green and blue, 0 to 255. */
function brightness(color: string): number {
  const parts =
    color
      .match(/\d+(?:\.\d+)?/g)
      ?.slice(0, 3)
      .map(Number) ?? []
  return parts.reduce((sum, part) => sum + part, 0) / 3
}

const DESKTOP = { width: 1200, height: 900 }
const PHONE = { width: 360, height: 740 }
const TOKEN = 'a-token-of-the-pages'

describe('the pages of the API in Chromium', () => {
  let browser: Browser | undefined
  let url: string | undefined

  beforeEach(async (context) => {
    browser ??= await launchChromium(context)
  }, 60_000)
  afterAll(closePages)

  /** Opens a page of a service that has a token, which the browser does not know. */
  async function open(path: string, options: Parameters<Browser['newPage']>[0]) {
    const app = await shared({ SENTINEL_API_TOKEN: TOKEN })
    url ??= await app.listen({ host: '127.0.0.1', port: 0 })
    const page = await (browser as Browser).newPage(options)
    onTestFinished(() => page.close())
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url + path)
    await page.getByText('Judge one telemetry record').last().waitFor()
    return { page, complaints }
  }

  const groundAndInk = (page: Page) =>
    page
      .getByText('Telemetry in, verdict out')
      .first()
      .evaluate((text: Element) => {
        const ink = getComputedStyle(text).color
        for (let at: Element | null = text; at !== null; at = at.parentElement) {
          const { backgroundColor } = getComputedStyle(at)
          if (!/, 0\)$|transparent/.test(backgroundColor)) return [backgroundColor, ink]
        }
        return ['rgb(255, 255, 255)', ink]
      })

  /** What a reader of this kind sees of a page that is open. */
  async function expectFit(page: Page, colorScheme: 'light' | 'dark', viewport: typeof DESKTOP) {
    const fits = async (): Promise<boolean> => {
      const [ground, ink] = (await groundAndInk(page)).map(brightness) as [number, number]
      return ground > 200 === (colorScheme === 'light') && Math.abs(ground - ink) > 100
    }
    // The ink may follow the ground by a moment.
    await expect.poll(fits, { timeout: 20_000 }).toBe(true)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
  }

  // A page takes seconds to draw itself, ReDoc's the longest: each load shows two kinds of reader what it can.
  async function expectToFollow(page: Page, colorScheme: 'light' | 'dark', viewport: typeof DESKTOP) {
    await expectFit(page, colorScheme, viewport)
    // Changed while it is open, it follows.
    const other = colorScheme === 'light' ? ('dark' as const) : ('light' as const)
    const otherViewport = viewport === PHONE ? DESKTOP : PHONE
    await page.emulateMedia({ colorScheme: other })
    await page.setViewportSize(otherViewport)
    await expectFit(page, other, otherViewport)
  }

  it.each(['/docs', '/redoc'])(
    "%s is dark where the reader's other pages are, and fits a phone",
    async (path) => {
      const { page, complaints } = await open(path, { colorScheme: 'dark', viewport: PHONE })
      await expectToFollow(page, 'dark', PHONE)
      expect(complaints).toEqual([])
    },
    60_000,
  )

  it('/docs is light where they are, fits a desk, and lets a reader say the token and send a record with it', async () => {
    const { page, complaints } = await open('/docs', { colorScheme: 'light', viewport: DESKTOP })
    await expectToFollow(page, 'light', DESKTOP)
    expect(complaints).toEqual([])
    await page.setViewportSize(DESKTOP)
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.locator('.auth-container input').fill(TOKEN)
    await page
      .locator('.auth-container')
      .getByRole('button', { name: /apply credentials|authorize/i })
      .click()
    await page.locator('.modal-ux').getByRole('button', { name: 'Close', exact: true }).last().click()
    const operation = page.locator('#operations-analysis-analyzeFlow')
    await operation.locator('.opblock-summary-control').first().click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    await expect
      .poll(() => operation.locator('.live-responses-table .response-col_status').last().textContent())
      .toContain('200')
  }, 60_000)
})

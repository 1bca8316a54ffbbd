import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { type App, buildApp } from '#sentinel/http/app.js'
import { Lived, ordinaryMinutes, runaway } from '../../made-up/lived.js'
import { launchChromium } from '../runtimes/chromium.js'
import { DashboardPage } from './dashboard-page.js'

/** Without a digit, which would make it one that identifies something. */
const HOSTILE = '/<img><b>alert(origin)'
const TOKEN = 'a-token-that-is-long-enough-to-be-one'
/** The browser itself writes this for every request that is refused or fails. */
const FAILED = /Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/

let browser: Browser | undefined
const apps: App[] = []

/** Other work runs beside the tests: what has to come may take its time. */
const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 })

const open = (
  ...rest: Parameters<typeof DashboardPage.open> extends [Browser, ...infer Rest] ? Rest : never
) => DashboardPage.open(browser as Browser, ...rest)

async function serve(lived: Lived, environment = {}, port = 0): Promise<{ app: App; url: string }> {
  const app = await buildApp({
    config: loadConfig({ SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0', ...environment }),
    sentinel: lived.sentinel,
    logger: false,
  })
  apps.push(app)
  await app.listen({ host: '127.0.0.1', port })
  return { app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/` }
}

beforeEach(async (context) => {
  browser ??= await launchChromium(context)
}, 60_000)
afterAll(async () => {
  await browser?.close()
  for (const app of apps) await app.close()
})

describe('the dashboard', () => {
  it('shows a service from its first moment to an incident and back from a lost connection', async () => {
    const failing = {
      mode: 'background' as const,
      timeoutMs: 500,
      model: async () => ({
        name: 'absent',
        assess: () => Promise.reject(new Error('nobody answers')),
        load: () => Promise.reject(new Error('nobody answers')),
      }),
    }
    const lived = await Lived.create({ explain: failing })
    const { app, url } = await serve(lived)
    const dashboard = await open(url, {}, FAILED)
    const { page } = dashboard
    const text = (selector: string) => page.locator(selector).textContent()

    // Empty: it says so, and gives a command with the right address.
    await dashboard.loaded()
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    expect(await text('#welcome-command')).toContain(`curl -s ${url}analyze-flow`)
    expect(await dashboard.faults()).toEqual([])

    // Learning: how far it is.
    lived.live(ordinaryMinutes(1, 34), 20)
    await dashboard.expectTile('Learning', '34 of 50')
    expect(
      await page.locator('#strip progress').evaluate((bar: HTMLProgressElement) => bar.value / bar.max),
    ).toBe(0.68)
    await eventually(() => page.locator('#welcome').isHidden()).toBe(true)
    expect(await dashboard.faults()).toEqual([])

    // Ordinary: a forest decides, and there are records over time.
    lived.live(ordinaryMinutes(9, 500), 18, 12)
    await dashboard.expectTile('Generation', /^\d+$/)
    await dashboard.expectTile('Learning', 'on')

    // An incident is there as soon as it is one; the model that is asked does not answer.
    await lived.sentinel.prepare()
    lived.live(runaway(60), 10)
    await dashboard.expectTile('Incidents open', '1')
    await dashboard.expectTile('Explanations', 'model down')
    const incident = page.locator('#incidents a', { hasText: '/run' }).first()
    await incident.click()
    await eventually(() => text('#detail-title')).toContain('/run')
    expect(new URL(page.url()).hash).toMatch(/^#\/incidents\/[0-9a-f-]+$/)
    await eventually(() => page.locator('#detail .contribution').count()).toBe(3)
    expect(await page.locator('#detail .value-strip line.value').count()).toBeGreaterThan(10)
    expect(await text('#detail pre')).not.toContain('user_id')
    await eventually(() => page.locator('#routes tbody tr').count()).toBe(3)
    expect(await dashboard.faults()).toEqual([])

    // By keyboard: a value is spoken, and the timeline stands still until it is let go.
    await page.locator('#plots').focus()
    await page.keyboard.press('ArrowLeft')
    await eventually(() => text('#spoken')).toContain('records a second')
    await page.keyboard.press('+')
    const paused = () => page.locator('#pause').getAttribute('aria-pressed')
    expect(await paused()).toBe('true')
    await page.keyboard.press('Escape')
    expect(await paused()).toBe('false')
    // By pointer: dragging zooms, and two clicks show all again.
    const plot = page.locator('#plot-records .u-over')
    const { x, y, width } = (await plot.boundingBox()) as { x: number; y: number; width: number }
    await page.mouse.move(x + 0.5 * width, y + 20)
    await page.mouse.down()
    await page.mouse.move(x + 0.8 * width, y + 20)
    await page.mouse.up()
    await eventually(paused).toBe('true')
    await plot.dblclick()
    await eventually(paused).toBe('false')
    expect(await page.title()).toBe('(1) CodeFlow Sentinel')

    // Numbers change, and nothing moves.
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0
          let ticks = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift' })
          const strip = document.querySelector('#strip') as HTMLElement
          new MutationObserver(() => {
            if (++ticks === 3) resolve(sum)
          }).observe(strip, { subtree: true, childList: true, characterData: true })
        }),
    )
    expect(shift).toBeLessThan(0.01)

    // An operator's word.
    await page.getByRole('button', { name: 'Threat' }).click()
    await eventually(() => text('#detail .feedback [role=status]')).toMatch(
      /Never learnt|called it a threat|confirm/,
    )

    // A trial of one record.
    await page.locator('#try [name=latency]').fill('90000')
    await page.locator('#try [name=route]').fill('/run')
    await page.getByRole('button', { name: 'Judge it' }).click()
    await eventually(() => text('#try-answer .verdict')).toContain('THREAT_DETECTED')
    expect(await page.locator('#try-answer .contribution').count()).toBe(3)

    // What if: more alerts at a higher rate, and the line to copy.
    await page.locator('#alert-level').fill('0')
    expect(await text('#what-if code')).toBe('SENTINEL_ALERT_RATE=0.1')

    // Lost: it says so, keeps what is drawn, and goes on by itself.
    const { port } = app.server.address() as AddressInfo
    await app.close()
    await eventually(() => text('#connection')).toContain('Connection lost')
    expect(await page.locator('#lost').isVisible()).toBe(true)
    expect(await page.locator('#detail .contribution').count()).toBe(3)
    expect(await dashboard.faults()).toEqual([])
    lived.live(ordinaryMinutes(1, 50), 1)
    await serve(lived, {}, port)
    await eventually(() => text('#connection')).toBe('Live')
    await dashboard.loaded(2)
    expect(await page.locator('#lost').isHidden()).toBe(true)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
    await lived.sentinel.close()
  }, 180_000)

  it('asks for a token, says when it is refused, and keeps it nowhere', async () => {
    const lived = await Lived.create()
    const { url } = await serve(lived, { SENTINEL_API_TOKEN: TOKEN })
    const dashboard = await open(url, { colorScheme: 'dark' }, FAILED)
    const { page } = dashboard
    await eventually(() => page.locator('#token').isVisible()).toBe(true)
    expect(await dashboard.faults()).toEqual([])
    await page.locator('#token-input').fill('not-the-one')
    await page.keyboard.press('Enter')
    await eventually(() => page.locator('#token-error').textContent()).toContain('refused')
    await page.locator('#token-input').fill(TOKEN)
    await page.keyboard.press('Enter')
    await dashboard.loaded()
    expect(await page.locator('#token').isVisible()).toBe(false)
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
    await lived.sentinel.close()
  }, 120_000)

  it('shows 500 routes on a phone in the dark, whatever they are called, and sorts, filters and links', async () => {
    const lived = await Lived.create()
    const names = Array.from({ length: 499 }, (_, i) => `/api/${letters(i)}`)
    const records = ordinaryMinutes(6, 500).map((record, i) => ({
      ...record,
      route: names[i % 499] as string,
    }))
    const hostile = runaway(80).map((record) => ({ ...record, route: HOSTILE }))
    lived.live(
      ordinaryMinutes(1, 400).map((record) => ({ ...record, route: HOSTILE })),
      120,
      60,
    )
    lived.live(records, 50, 20)
    lived.live(hostile, 15)
    const { url } = await serve(lived)
    const opened = lived.sentinel.incidents.list().find(({ route }) => route === HOSTILE)
    const phone = {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark' as const,
      reducedMotion: 'reduce' as const,
    }
    const dashboard = await open(`${url}#/incidents/${opened?.id}`, phone)
    const { page } = dashboard
    await dashboard.loaded()
    // A link that was shared leads to its incident, and what is named in it stays text.
    await eventually(() => page.locator('#detail-title').textContent()).toContain(HOSTILE)
    await eventually(() => page.locator('#routes-count').textContent()).toBe('500')
    expect(await page.locator('img').count()).toBe(1)
    expect(await dashboard.overflow()).toBeLessThanOrEqual(0)
    expect(await dashboard.faults()).toEqual([])
    await page.getByRole('button', { name: 'Show all 500' }).click()
    expect(await page.locator('#routes tbody tr').count()).toBe(500)
    await page.locator('#routes').getByRole('button', { name: 'Route', exact: true }).click()
    await page.locator('#routes-filter').fill(HOSTILE.slice(0, 8))
    expect(await page.locator('#routes tbody tr').count()).toBe(1)
    await page.locator('#routes tbody button').click()
    expect(await page.locator('#filter-route').textContent()).toBe(HOSTILE)
    expect(await page.locator('#incidents li').count()).toBeGreaterThan(0)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
    await lived.sentinel.close()
  }, 120_000)
})

/** A name without digits, which would be taken for what identifies something. */
function letters(n: number): string {
  return [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}

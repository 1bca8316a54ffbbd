import type { Browser } from 'playwright-core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Detectors } from '#sentinel/detectors/detectors.js'
import { FleetFigures } from '#sentinel/fleet/fleet-figures.js'
import { subjectByDefault } from '#sentinel/http/live/live-subject.js'
import { LiveTicker } from '#sentinel/http/live/live-ticker.js'
import { ModelState } from '#sentinel/http/live/model-state.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { Lived, ordinaryMinutes, runaway } from '../../made-up/lived.js'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { ALL_SHAPES, DashboardPage } from './dashboard-page.js'
import { FAILED, serveForTest } from './served.js'

const TOKEN = 'a-token-that-is-long-enough-to-be-one'
/** Names without digits and signs that would be taken for what identifies something: these stay as they are. */
const HOSTILE = [
  '/<img><b>alert(origin)',
  '/<script>alert(origin)<',
  '/"><svg onload>',
  "/'onmouseover'",
  '/javascript:alert(origin)',
  '/{{constructor.constructor}}',
  '/__proto__',
  '/constructor',
] as const
/** Words of a model as they are let through: what loads or leads elsewhere is none. */
const WORDS = 'A worker pool <b onclick>is</b> <marquee>saturated</marquee> &amp; slow.'

let browser: Browser | undefined

const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 })

beforeEach(async (context) => {
  browser ??= await launchChromium(context)
}, 60_000)
afterAll(closePages)

describe('the dashboard', () => {
  it('token refused: asks for one, says when it is refused, and keeps it nowhere unless it is to', async () => {
    const lived = await Lived.create()
    const { url } = await serveForTest(lived.sentinel, { SENTINEL_API_TOKEN: TOKEN })
    const dashboard = await DashboardPage.open(browser as Browser, url, {}, FAILED)
    const { page } = dashboard
    const stored = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
    await eventually(() => page.locator('#token').isVisible()).toBe(true)
    await page.locator('#token-input').fill('not-the-one')
    await page.keyboard.press('Enter')
    await eventually(() => dashboard.text('#token-error')).toContain('refused')
    await dashboard.expectNoFaults(ALL_SHAPES)
    await page.locator('#token-input').fill(TOKEN)
    await page.keyboard.press('Enter')
    await dashboard.loaded()
    expect(await page.locator('#token').isVisible()).toBe(false)
    expect(await stored()).toBe('[{},{}]')
    await page.reload()
    await eventually(() => page.locator('#token').isVisible()).toBe(true)
    await page.locator('#token-input').fill(TOKEN)
    await page.locator('#token-keep').check()
    await page.keyboard.press('Enter')
    await dashboard.loaded()
    expect(await stored()).toMatch(new RegExp(`^\\[{},.*${TOKEN}`))
    await page.reload()
    await dashboard.loaded()
    expect(await page.locator('#token').isVisible()).toBe(false)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
  }, 180_000)

  it('500 routes, whatever they are called, and whatever a model says: text, sorted, filtered and linked', async () => {
    const model = {
      mode: 'background' as const,
      timeoutMs: 5000,
      model: async () => ({ name: '<b>model</b>', assess: async () => WORDS, load: async () => {} }),
    }
    const lived = await Lived.create({ explain: model })
    const others = Array.from({ length: 500 - HOSTILE.length }, (_, i) => `/api/${letters(i)}`)
    const atFirst = (record: Telemetry): Telemetry => ({ ...record, route: HOSTILE[0] })
    lived.live(ordinaryMinutes(1, 400).map(atFirst), 120, 60)
    const names = [...others, ...HOSTILE.slice(1)]
    lived.live(
      ordinaryMinutes(1, names.length).map((record, i) => ({ ...record, route: names[i] as string })),
      50,
      20,
    )
    await lived.sentinel.prepare()
    lived.live(runaway(80).map(atFirst), 15)
    const { url } = await serveForTest(lived.sentinel)
    const opened = lived.sentinel.incidents.list().find(({ route }) => route === HOSTILE[0])
    const dashboard = await DashboardPage.open(browser as Browser, `${url}#/incidents/${opened?.id}`)
    const { page } = dashboard
    await dashboard.loaded()
    await eventually(() => dashboard.text('#detail-title')).toContain(HOSTILE[0])
    await eventually(() => dashboard.text('#detail .origin')).toBe('by <b>model</b>')
    expect(await dashboard.text('#detail blockquote')).toContain(WORDS)
    expect(await page.locator('#detail blockquote *').count()).toBe(0)
    await eventually(() => dashboard.text('#routes-count')).toBe('500')
    await dashboard.expectNoFaults(ALL_SHAPES)
    await page.getByRole('button', { name: 'Show all 500' }).click()
    expect(await page.locator('#routes tbody tr').count()).toBe(500)
    const shown = await page.locator('#routes tbody button').allTextContents()
    for (const name of HOSTILE) expect(shown).toContain(name)
    await page.locator('#routes').getByRole('button', { name: 'Route', exact: true }).click()
    await page.locator('#routes-filter').fill(HOSTILE[0].slice(0, 8))
    expect(await page.locator('#routes tbody tr').count()).toBe(1)
    await page.locator('#routes tbody button').click()
    expect(await dashboard.text('#filter-route')).toBe(HOSTILE[0])
    expect(await dashboard.text('#timeline-route')).toBe(`of ${HOSTILE[0]}`)
    expect(await page.locator('#incidents li').count()).toBeGreaterThan(0)
    // Nothing of it became a part of the page.
    expect(await page.locator('img').count()).toBe(1)
    expect(
      await page.locator('svg:not(.value-strip svg), script:not([src]), [onload], [onerror]').count(),
    ).toBe(0)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
  }, 180_000)

  it('in a fleet says how it stands there', async () => {
    const lived = await Lived.create()
    const { url } = await serveForTest(lived.sentinel)
    const fleet = Object.assign(new FleetFigures(), {
      ...{ leads: true, replicas: 3, connected: true },
      ...{ version: 7, model: 'ab'.repeat(32) },
    })
    const stream = new LiveTicker(subjectByDefault(Detectors.ofOne(lived.sentinel)), {
      ...{ fleet, tickMs: 1e6, model: new ModelState(false) },
    }).open()
    const told = String(stream.read())
    stream.destroy()
    const dashboard = await DashboardPage.open(browser as Browser, url, {}, FAILED)
    await eventually(() => dashboard.page.locator('#strip > div:visible').count()).toBe(8)
    await dashboard.page.route('**/live', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: told }),
    )
    await dashboard.page.reload()
    await dashboard.expectTile('Fleet', 'leader')
    expect(await dashboard.text('#strip > div:last-child .about')).toMatch(/^model 7, (ab)+, of 3 replicas$/)
    await dashboard.close()
  }, 60_000)

  it('moves nothing by itself where less motion is asked for', async () => {
    const lived = await Lived.create()
    const { url } = await serveForTest(lived.sentinel)
    const dashboard = await DashboardPage.open(browser as Browser, url)
    const durations = () =>
      dashboard.page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((element) => {
          const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(element)
          const still = transitionDuration === '0s' && animationDuration === '0s' && scrollBehavior === 'auto'
          return still ? [] : [element.tagName]
        }),
      )
    expect(await durations()).toEqual([])
    await dashboard.close()
  }, 60_000)
})

/** A name without digits, which would be taken for what identifies something. */
function letters(n: number): string {
  return [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}

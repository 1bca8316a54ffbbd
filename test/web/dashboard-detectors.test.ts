import type { Browser } from 'playwright-core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Lived } from '../../made-up/lived.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { batch, SHOP, settings, steps } from '../detectors/configured.js'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { ALL_SHAPES, DashboardPage } from './dashboard-page.js'
import { FAILED, type Served, serveApp, serveForTest } from './served.js'

let browser: Browser | undefined

const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 })
/** What is beyond a limit is told of in every run. */
const LIMITED = SHOP.replace('unit: ms }', 'unit: ms, limit: 60000 }')
const far = (service: string) => ({ service, step: '/pay0', ms: 90_000, items: 3 })

beforeEach(async (context) => {
  browser ??= await launchChromium(context)
}, 60_000)
afterAll(closePages)

/** Ordinary records of three baselines, and what two of them find. */
async function shop(): Promise<Served> {
  const served = await serveApp(settings(LIMITED))
  const { app } = served
  await batch(app, codeRunnerTraffic(600, 3))
  await batch(app, [{ latency: 90_000, input_length: 1, errors: 9, route: '/run' }])
  await batch(app, [...steps('eu', 800), ...steps('us', 300, 2, 200)], 'checkout')
  await batch(app, Array(60).fill(far('eu')), 'checkout')
  return served
}

describe('the dashboard of several detectors', () => {
  let served: Served
  let dashboard: DashboardPage
  const focused = () => dashboard.page.evaluate(() => document.activeElement?.id)
  const address = () => {
    const { search, hash } = new URL(dashboard.page.url())
    return `${search}${hash}`
  }
  /** The incidents of the page by whose they are, and those that the service lists for a query. */
  const listed = async () => {
    const texts = await dashboard.page.locator('#incidents li .what').allTextContents()
    return texts.map((text) => text.split(' · ', 1)[0])
  }
  const found = async (query: string) => {
    const { incidents } = (await served.app.inject(`/incidents${query}`)).json()
    return incidents.map(({ detector, entity }: { detector: string; entity: string | null }) =>
      entity === null ? detector : `${detector}, ${entity}`,
    )
  }
  const showsWhatIsFound = (query: string) =>
    eventually(async () => ({ listed: await listed(), found: await found(query) })).toSatisfy(
      ({ listed, found }) => JSON.stringify(listed) === JSON.stringify(found),
    )

  afterAll(() => served?.app.close())

  it('shows default where nobody is named, and none of what others found', async () => {
    served = await shop()
    dashboard = await DashboardPage.open(browser as Browser, served.url)
    await dashboard.loaded()
    const { page } = dashboard
    expect(await page.getByLabel('Detector').inputValue()).toBe('default')
    expect(await page.getByLabel('Entity').isVisible()).toBe(false)
    await dashboard.expectTile('Learning', 'on')
    await showsWhatIsFound('?detector=default')
    expect(await listed()).not.toContain('checkout, eu')
    await eventually(() => page.locator('#routes tbody th').allTextContents()).toContain('/lint')
    expect(await page.locator('#try [name=latency]').count()).toBe(1)
    expect(address()).toBe('')
  }, 60_000)

  it('another is chosen by keyboard, is shown all over the page, and stands in the address', async () => {
    const { page } = dashboard
    await page.locator('.skip').focus()
    await dashboard.tabTo('#switch-detector')
    await page.keyboard.press('ArrowDown')
    await eventually(address).toBe('?detector=checkout')
    await dashboard.loaded(2)
    expect(await focused()).toBe('switch-detector')
    await dashboard.expectTile('Incidents open', /^[1-9]/)
    await dashboard.expectTile('Generation', '2 of 2')
    await eventually(() => page.title()).toMatch(/^\(\d+\) checkout · CodeFlow Sentinel$/)
    await showsWhatIsFound('?detector=checkout')
    expect(await listed()).toContain('checkout, eu')
    expect(await listed()).not.toContain('default')
    await eventually(() => page.locator('#routes tbody th').allTextContents()).toEqual(['/*'])
    await eventually(() => page.locator('#routes thead').textContent()).toContain('duration median')
    await eventually(() => dashboard.text('#what-if .note')).toContain('1,160 records')
    const buckets = async () => [...(await dashboard.drawn(60)).values()].join()
    await eventually(buckets).toMatch(/[1-9]\d* alerts/)
    await dashboard.expectNoFaults(ALL_SHAPES)
  }, 120_000)

  it('an entity is chosen by keyboard: its own figures and findings, and a word on what is of all', async () => {
    const { page } = dashboard
    await page.locator('.skip').focus()
    await dashboard.tabTo('#switch-entity')
    // The shared baseline, the first entity, the second.
    for (const wanted of ['?detector=checkout&entity=', '?detector=checkout&entity=eu']) {
      await page.keyboard.press('ArrowDown')
      await eventually(address).toBe(wanted)
    }
    await showsWhatIsFound('?detector=checkout&entity=eu')
    expect(new Set(await listed())).toEqual(new Set(['checkout, eu']))
    await page.keyboard.press('ArrowDown')
    await eventually(address).toBe('?detector=checkout&entity=us')
    await showsWhatIsFound('?detector=checkout&entity=us')
    expect(await listed()).not.toContain('checkout, eu')
    expect(await focused()).toBe('switch-entity')
    await eventually(() => dashboard.text('#strip')).toContain('300 records known')
    expect(await dashboard.text('#switch-note')).toContain('are of all of checkout')
    expect(await dashboard.text('#timeline-route')).toBe('of all of checkout')
    await dashboard.expectNoFaults(ALL_SHAPES)
  }, 120_000)

  it('a reload keeps it, and the way back leads to what was shown before', async () => {
    const { page } = dashboard
    await page.reload()
    await dashboard.loaded()
    expect(await page.getByLabel('Entity').inputValue()).toBe('=us')
    await showsWhatIsFound('?detector=checkout&entity=us')
    await page.goBack()
    await eventually(() => page.getByLabel('Entity').inputValue()).toBe('=eu')
    await showsWhatIsFound('?detector=checkout&entity=eu')
    expect(address()).toBe('?detector=checkout&entity=eu')
  }, 60_000)

  it('an incident says whose it is, is linked to beside the choice, and goes with another one', async () => {
    const { page } = dashboard
    await page.locator('#incidents a', { hasText: 'Duration' }).first().click()
    await eventually(() => dashboard.text('#detail .facts')).toContain('DetectorcheckoutEntityeu')
    expect(address()).toMatch(/^\?detector=checkout&entity=eu#\/incidents\/[0-9a-f-]+$/)
    await eventually(() => page.locator('#detail .value-strip line.value').count()).toBeGreaterThan(10)
    await page.reload()
    await dashboard.loaded()
    await eventually(() => dashboard.text('#detail .facts')).toContain('Entityeu')
    await page.getByLabel('Detector').selectOption('default')
    await eventually(() => dashboard.text('#detail-title')).toBe('Detail')
    expect(address()).toBe('')
  }, 60_000)

  it('a record is tried by the detector that is shown, as the entity that is shown', async () => {
    const { page } = dashboard
    const tried = async (): Promise<string> => {
      const sent = page.waitForRequest((request) => request.url().includes('analyze-flow'))
      await page.locator('#try button').click()
      return new URL((await sent).url()).pathname
    }
    await page.locator('#try [name=latency]').waitFor()
    expect(await tried()).toBe('/detectors/default/analyze-flow')
    await eventually(() => dashboard.text('#try-answer .verdict')).toBe('OK')
    await page.getByLabel('Detector').selectOption('checkout')
    await page.getByLabel('Entity').selectOption({ label: 'us' })
    const json = page.locator('#try textarea')
    const record = async () => JSON.parse((await json.inputValue().catch(() => '{}')) || '{}')
    await eventually(record).toMatchObject({ service: 'us', ms: expect.any(Number) })
    expect(await tried()).toBe('/detectors/checkout/analyze-flow')
    await json.fill(JSON.stringify({ ...(await record()), ms: 500_000 }))
    await page.locator('#try button').click()
    await eventually(() => dashboard.text('#try-answer .verdict')).toContain('THREAT_DETECTED')
    expect(await page.locator('#try-answer .contribution').count()).toBe(2)
    // What is nobody's is judged by the shared baseline.
    await page.getByLabel('Entity').selectOption('shared')
    await eventually(record).not.toHaveProperty('service')
    await page.getByLabel('Detector').selectOption('default')
    await page.locator('#try [name=latency]').waitFor()
    expect(await json.count()).toBe(0)
    expect(dashboard.complaints).toEqual([])
    await dashboard.close()
  }, 60_000)

  it('names that are not there fall back, with a word', async () => {
    const notes: Readonly<Record<string, string>> = {
      '?detector=chekout': 'There is no detector “chekout” here. default is shown.',
      '?detector=default&entity=eu': 'default has one baseline for all, and no entities.',
      '?detector=checkout&entity=nobody': 'checkout has no baseline of “nobody” now. All of it is shown.',
      '?detector=%3Cb%3Ex': 'There is no detector “<b>x” here. default is shown.',
    }
    for (const [search, note] of Object.entries(notes)) {
      const page = await DashboardPage.open(browser as Browser, `${served.url}${search}`, {}, FAILED)
      await page.loaded()
      expect(await page.text('#switch-note')).toBe(note)
      await page.expectNoFaults()
      expect(page.complaints).toEqual([])
      await page.close()
    }
  }, 120_000)

  it('an entity that leaves memory is said to have left, and is found again once it is back', async () => {
    const page = await DashboardPage.open(
      browser as Browser,
      `${served.url}?detector=checkout&entity=eu`,
      {},
      FAILED,
    )
    await page.loaded()
    const note = () => page.text('#switch-note')
    // There are three places: two more that keep coming take that of the one that was used least recently.
    const visit = (service: string, seed: number) => batch(served.app, steps(service, 40, seed), 'checkout')
    await visit('us', 3)
    await visit('asia', 4)
    await visit('africa', 5)
    await eventually(note).toContain('“eu” has no baseline in memory now')
    expect(await page.page.getByLabel('Entity').inputValue()).toBe('=eu')
    await page.page.reload()
    await page.loaded()
    // Nothing is kept without a folder.
    expect(await note()).toBe('checkout has no baseline of “eu” now. All of it is shown.')
    await visit('eu', 6)
    await eventually(() => page.page.getByLabel('Entity').inputValue()).toBe('=eu')
    expect(await note()).toContain('are of all of checkout')
    expect(page.complaints).toEqual([])
    await page.close()
  }, 120_000)
})

const TENANTS = `
detectors:
  default:
    entity: [/region, /tenant/name]
  weather:
    entity: /station | /place
    timestamp: /at
    features: [{ name: temperature, from: /t, unit: C }]
`

it('an entity of several parts, whatever it is called, is kept by the address and named by the record', async () => {
  const { app, url } = await serveApp(settings(TENANTS))
  const names = ['all', '=x', '<b>bold</b>', 'a&b=c#d%', '__proto__', '" onclick="x', 'x'.repeat(110)]
  for (const name of names)
    await batch(app, [{ ...codeRunnerTraffic(1, 3)[0], region: 'eu', tenant: { name } }])
  const shown = await DashboardPage.open(browser as Browser, url)
  await shown.loaded()
  const { page } = shown
  const json = page.locator('#try textarea')
  const record = async () => JSON.parse((await json.inputValue().catch(() => '{}')) || '{}')
  for (const name of names) {
    await page.getByLabel('Entity').selectOption(`=eu/${name}`)
    await eventually(record).toMatchObject({ region: 'eu', tenant: { name } })
    await eventually(() => shown.text('#strip')).toContain('1 of 50')
    expect(new URL(page.url()).searchParams.get('entity')).toBe(`eu/${name}`)
  }
  await shown.expectNoFaults()
  await page.reload()
  await shown.loaded()
  expect(await page.getByLabel('Entity').inputValue()).toBe(`=eu/${names.at(-1)}`)
  expect(shown.complaints).toEqual([])
  await shown.close()
  await app.close()
}, 120_000)

it('where records are the time, the timeline is that of their time from the first look on', async () => {
  const { app, url } = await serveApp(settings(TENANTS))
  const startMs = Date.UTC(2026, 0, 1)
  const records = Array.from({ length: 300 }, (_, i) => ({
    ...{ station: `s${i % 3}`, t: 20 + Math.sin(i) },
    at: new Date(startMs + 1000 * i).toISOString(),
  }))
  await batch(app, records, 'weather')
  const shown = await DashboardPage.open(browser as Browser, `${url}?detector=weather&entity=s1`)
  await shown.loaded()
  const spoken = async () =>
    [...(await shown.drawn(40)).values()].filter((text) => text.startsWith('1 records'))
  await eventually(async () => (await spoken()).length).toBeGreaterThan(30)
  await shown.page.getByLabel('Detector').selectOption('default')
  await shown.expectTile('Learning', '0 of 50')
  await shown.page.getByLabel('Detector').selectOption('weather')
  await eventually(async () => (await spoken()).length).toBeGreaterThan(30)
  expect(shown.complaints).toEqual([])
  await shown.close()
  await app.close()
}, 120_000)

it('where no record has come, the command is one for the detector that is shown', async () => {
  const { url, app } = await serveApp(settings(SHOP))
  const page = await DashboardPage.open(browser as Browser, `${url}?detector=checkout`)
  await eventually(() => page.text('#welcome-command')).toContain(`${url}detectors/checkout/analyze-flow`)
  await eventually(() => page.text('#welcome-command')).toContain('"ms":')
  await page.expectNoFaults()
  await page.close()
  await app.close()
}, 60_000)

it('one detector alone is offered no choice, and costs one request', async () => {
  const lived = await Lived.create()
  const { url } = await serveForTest(lived.sentinel)
  const page = await DashboardPage.open(browser as Browser, 'about:blank')
  const asked: string[] = []
  page.page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (!pathname.startsWith('/dashboard/')) asked.push(pathname + search.replace(/from=\d+/, 'from='))
  })
  await page.page.goto(url)
  await page.loaded()
  await eventually(() => asked.includes('/openapi.json') && asked.includes('/what-if')).toBe(true)
  expect([...asked].sort()).toEqual(
    [
      '/',
      '/detectors',
      '/incidents?limit=100',
      '/live',
      '/openapi.json',
      '/routes?limit=500',
      '/timeline?from=',
      '/what-if',
    ].sort(),
  )
  expect(await page.page.locator('#switch').isVisible()).toBe(false)
  await page.close()
}, 60_000)

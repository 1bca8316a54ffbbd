import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Lived, ordinaryMinutes, runaway } from '../../made-up/lived.js'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { ALL_SHAPES, DashboardPage } from './dashboard-page.js'
import { FAILED, type Served, serve } from './served.js'

/** Other work runs beside the tests: what has to come may take its time. */
const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 })

/** A language model that nobody answers for. */
const ABSENT = {
  mode: 'background' as const,
  timeoutMs: 500,
  model: async () => ({
    name: 'absent',
    assess: () => Promise.reject(new Error('nobody answers')),
    load: () => Promise.reject(new Error('nobody answers')),
  }),
}

/** One service and one page, from the first moment on: each test goes on where the one before it ended. */
describe('the dashboard', () => {
  let browser: Browser | undefined
  let dashboard: DashboardPage
  let lived: Lived
  let served: Served

  beforeAll(async () => {
    lived = await Lived.create({ explain: ABSENT })
    served = await serve(lived.sentinel)
  })
  beforeEach(async (context) => {
    if (browser !== undefined) return
    browser = await launchChromium(context)
    dashboard = await DashboardPage.open(browser, served.url, {}, FAILED)
  }, 60_000)
  afterAll(async () => {
    await closePages()
    await served.app.close()
    await lived.sentinel.close()
  })

  it('empty: says so without anything moving, and gives a command with the right address', async () => {
    await dashboard.loaded()
    expect(await dashboard.shiftsSoFar()).toEqual([])
    expect(await dashboard.page.locator('#welcome').isVisible()).toBe(true)
    expect(await dashboard.text('#welcome-command')).toContain(`curl -s ${served.url}analyze-flow`)
    await dashboard.expectNoFaults()
  }, 120_000)

  it('learning: says how far it is, with a bar', async () => {
    const { page } = dashboard
    lived.live(ordinaryMinutes(1, 34), 20)
    await dashboard.expectTile('Learning', '34 of 50')
    const bar = page.locator('#strip progress')
    expect(await bar.evaluate(({ value, max }: HTMLProgressElement) => value / max)).toBe(0.68)
    await eventually(() => page.locator('#welcome').isHidden()).toBe(true)
    await dashboard.expectNoFaults()
  }, 120_000)

  it('ordinary: a forest decides, there are records over time, and nothing moves while numbers change', async () => {
    const { sentinel } = lived
    lived.live(ordinaryMinutes(9, 500), 18, 12)
    await dashboard.expectTile('Generation', /^\d+$/)
    await dashboard.expectTile('Learning', 'on')
    await eventually(() => dashboard.page.locator('#routes tbody tr').count()).toBe(3)
    await dashboard.expectNoFaults()
    const verdict = sentinel.tryOut({ latency: 120, input_length: 1800, errors: 0 })?.verdict
    /** Many records at once: numbers of any width, as no test has the time to have them judged. */
    const busy = (records: number) => () => {
      const { activity } = sentinel
      for (let i = 0; i < records && verdict !== undefined; i++)
        activity.see(Date.now(), { route: '/run', values: [120, 1800, 0] }, verdict, 0.5, null, 0.001)
    }
    const loads = [1, 40, 3000, 120_000, 7].map(busy)
    expect(await dashboard.shiftsWhile('desk', loads)).toEqual([])
    expect(await dashboard.shiftsWhile('phone', loads)).toEqual([])
  }, 180_000)

  it('takes keys and pointer in the timeline: values are spoken, and it stands still while it is zoomed', async () => {
    const { page } = dashboard
    await page.locator('#plots').focus()
    await page.keyboard.press('ArrowLeft')
    await eventually(() => dashboard.text('#spoken')).toContain('records a second')
    await page.keyboard.press('+')
    const paused = () => page.locator('#pause').getAttribute('aria-pressed')
    expect(await paused()).toBe('true')
    await page.keyboard.press('Escape')
    expect(await paused()).toBe('false')
    // Dragging zooms, and two clicks show all again.
    const plot = page.locator('#plot-records .u-over')
    const { x, y, width } = (await plot.boundingBox()) as { x: number; y: number; width: number }
    await page.mouse.move(x + 0.5 * width, y + 20)
    await page.mouse.down()
    await page.mouse.move(x + 0.8 * width, y + 20)
    await page.mouse.up()
    await eventually(paused).toBe('true')
    await plot.dblclick()
    await eventually(paused).toBe('false')
  }, 60_000)

  it('model down, and an incident: it is there at once, with what it is made of, explained by the rules', async () => {
    const { page } = dashboard
    await lived.sentinel.prepare()
    await dashboard.expectTile('Explanations', 'rules', 'no language model answers')
    await dashboard.expectNoFaults()
    lived.live(runaway(60), 10)
    await dashboard.expectTile('Incidents open', '1')
    expect(await page.title()).toBe('(1) CodeFlow Sentinel')
    await page.locator('#incidents a', { hasText: '/run' }).first().click()
    await eventually(() => dashboard.text('#detail-title')).toContain('/run')
    expect(new URL(page.url()).hash).toMatch(/^#\/incidents\/[0-9a-f-]+$/)
    await eventually(() => page.locator('#detail .contribution').count()).toBe(3)
    expect(await page.locator('#detail .value-strip line.value').count()).toBeGreaterThan(10)
    expect(await dashboard.text('#detail .origin')).toBe('by the rules')
    expect(await dashboard.text('#detail pre')).not.toContain('user_id')
    await dashboard.expectNoFaults(ALL_SHAPES)
    // An incident that goes on is numbers that change, too; what is open stays open.
    await page.locator('#detail summary').click()
    const { length } = runaway(60)
    const more = Array.from({ length: 4 }, (_, i) => () => lived.live(runaway(length, 7 + i).slice(0, 9), 1))
    expect(await dashboard.shiftsWhile('phone', more)).toEqual([])
    await eventually(() => dashboard.text('#detail .facts')).not.toContain('Records60')
    expect(await page.locator('#detail details').getAttribute('open')).not.toBeNull()
  }, 180_000)

  it('can be used by keyboard alone: an incident, an operator’s word, the routes, another alert rate', async () => {
    const { page } = dashboard
    const { keyboard } = page
    await page.goto(`${served.url}#`)
    await dashboard.tabTo('.skip')
    await keyboard.press('Enter')
    await dashboard.tabTo('#incidents a')
    await keyboard.press('Enter')
    await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe('detail')
    await eventually(() => page.locator('#detail .threat').count()).toBe(1)
    await dashboard.tabTo('#detail .threat')
    await keyboard.press('Enter')
    const words = () => dashboard.text('#detail .feedback [role=status]')
    await eventually(words).toMatch(/Never learnt until|confirm/)
    const confirm = page.locator('#detail .feedback [role=status] button')
    if ((await confirm.count()) > 0) {
      await dashboard.tabTo('#detail .feedback [role=status] button')
      await keyboard.press('Enter')
      await eventually(words).toContain('Never learnt until')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Threat')
    }
    // The answer stays while the incident is fetched anew.
    const fetched = () => page.waitForResponse((answer) => answer.url().includes('/incidents/'))
    await fetched()
    await fetched()
    expect(await words()).toContain('Never learnt until')

    await dashboard.tabTo('#routes thead th:nth-child(2) button')
    const sorted = () => page.locator('#routes thead th:nth-child(2)').getAttribute('aria-sort')
    expect(await sorted()).toBe('descending')
    await keyboard.press('Enter')
    expect(await sorted()).toBe('ascending')
    await dashboard.tabTo('#routes tbody tr:first-child button')
    const chosen = await page.evaluate(() => document.activeElement?.textContent ?? '')
    await keyboard.press('Space')
    await eventually(() => dashboard.text('#filter-route')).toBe(chosen)
    expect(await dashboard.text('#timeline-route')).toBe(`of ${chosen}`)
    await page.keyboard.press('Space')
    await eventually(() => page.locator('#filter').isHidden()).toBe(true)

    await dashboard.tabTo('#alert-level')
    await keyboard.press('Home')
    expect(await dashboard.text('#what-if code')).toBe('SENTINEL_ALERT_RATE=0.1')
    await keyboard.press('ArrowRight')
    expect(await dashboard.text('#what-if code')).toBe('SENTINEL_ALERT_RATE=0.0794')

    await dashboard.tabTo('#try [name=latency]')
    await keyboard.type('90000')
    await keyboard.press('Enter')
    await eventually(() => dashboard.text('#try-answer .verdict')).toContain('THREAT_DETECTED')
    expect(await page.locator('#try-answer .contribution').count()).toBe(3)
  }, 180_000)

  it('shows the timeline of one route when it is chosen, over the last minutes and over a day', async () => {
    const { page } = dashboard
    const asked = (part: string) => page.waitForResponse((answer) => answer.url().includes(part))
    const all = await dashboard.drawn(1)
    expect(all.size).toBe(1)
    const answered = asked('route=%2Flint')
    await page.locator('#routes').getByRole('button', { name: '/lint' }).click()
    const columns = (await (await answered).json()) as { step: number; records: number[] }
    expect(columns.step).toBe(20)
    expect(columns.records.reduce((a, b) => a + b, 0)).toBeGreaterThan(0)
    await eventually(async () => [...(await dashboard.drawn(1)).values()][0]).toContain('odd')
    // Meanwhile the last minutes may be asked for once more.
    const day = page.waitForResponse(
      async (answer) =>
        answer.url().includes('route=%2Flint') && ((await answer.json()) as { step: number }).step === 600,
    )
    await page.getByRole('button', { name: '24 h' }).click()
    await day
    await page.getByRole('button', { name: '5 min', exact: true }).click()
    await page.getByRole('button', { name: 'Show all routes' }).click()
    expect(await dashboard.text('#timeline-route')).toBe('')
  }, 60_000)

  it('connection lost: says so, keeps what is drawn, and goes on by itself with all that it missed', async () => {
    const { page } = dashboard
    await page.locator('#incidents a').first().click()
    await eventually(() => page.locator('#detail .contribution').count()).toBe(3)
    const { app, port } = served
    // Now, and not some seconds ago as elsewhere: the stream carries what has just changed.
    lived.live(ordinaryMinutes(1, 60), 0)
    await eventually(async () => [...(await dashboard.drawn(3)).values()].join()).toMatch(/[1-9]\d* odd/)
    await app.close()
    await eventually(() => dashboard.text('#connection')).toContain('Connection lost')
    expect(await page.locator('#lost').isVisible()).toBe(true)
    expect(await page.locator('#detail .contribution').count()).toBe(3)
    await dashboard.expectNoFaults()
    const before = await dashboard.drawn(24)
    // What comes while nobody listens.
    lived.live(ordinaryMinutes(1, 20), 0)
    const resumed = page.waitForRequest(
      (request) => request.url().endsWith('/live') && /^\d+$/.test(request.headers()['last-event-id'] ?? ''),
    )
    served = await serve(lived.sentinel, {}, port)
    await resumed
    await eventually(() => dashboard.text('#connection')).toBe('Live')
    await dashboard.loaded(2)
    expect(await page.locator('#lost').isHidden()).toBe(true)
    const toMs = Date.now()
    const span = { fromMs: toMs - 60_000, toMs, stepMs: 5000 }
    const told = lived.sentinel.activity.timeline.columns(span)
    const after = await dashboard.drawn(36)
    // The newest was being filled when the connection broke off; those before it are what they were.
    for (const [time, rest] of [...before].slice(1)) expect(after.get(time)).toBe(rest)
    const wanted = [...told.time.slice(0, -1).entries()].map(([i, time]) => {
      const perSecond = ((told.records[i] ?? 0) / 5).toLocaleString('en', { maximumFractionDigits: 1 })
      return [new Date(1000 * time).toLocaleTimeString('en-US'), `${perSecond} records a second`] as const
    })
    // Of the one that has just ended the page may still say how many came in a part of it.
    const differing = async (): Promise<string[]> => {
      const drawn = await dashboard.drawn(36)
      return wanted.flatMap(([time, text]) => (drawn.get(time)?.includes(text) ? [] : [`${time}: ${text}`]))
    }
    await eventually(differing).toEqual([])
    expect(told.records.some((records) => records > 0)).toBe(true)
  }, 180_000)

  it('connection lost to a service that begins anew: what was drawn stays', async () => {
    const before = await dashboard.drawn(24)
    const { app, port } = served
    await app.close()
    await eventually(() => dashboard.text('#connection')).toContain('Connection lost')
    await lived.sentinel.close()
    lived = await Lived.create()
    served = await serve(lived.sentinel, {}, port)
    await eventually(() => dashboard.text('#connection')).toBe('Live')
    await dashboard.loaded(3)
    const after = await dashboard.drawn(36)
    for (const [time, rest] of [...before].slice(1)) expect(after.get(time)).toBe(rest)
    expect(dashboard.complaints).toEqual([])
  }, 120_000)
})

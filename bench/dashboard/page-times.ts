import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { CHROMIUM_FLAGS } from '../../test/runtimes/chromium-flags.js'

/** How the page fares in a browser. */
export interface PageTimes {
  /** From the begin of the navigation to the first content. */
  readonly paintMs: number
  /** Tasks of its main thread that took more than 50 ms, once it was loaded. */
  readonly longTasks: number
  readonly longestMs: number
  /** Share of the time in which its main thread did anything. */
  readonly busyPercent: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly ts: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

const LONG_MS = 50
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'loading',
  'blink.user_timing',
]

const DESK = { width: 1360, height: 900 }

/** Milliseconds from the begin of the navigation to the first content: so many visits, each without a cache. */
export async function firstPaints(executablePath: string, url: string, visits: number): Promise<number[]> {
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] })
  const paints: number[] = []
  try {
    for (let visit = 0; visit < visits; visit++) {
      const context = await browser.newContext({ viewport: DESK })
      const page = await context.newPage()
      await page.goto(url)
      await page.waitForFunction(() => Number(document.body.dataset.loaded) > 0)
      paints.push(await firstPaint(page))
      await context.close()
    }
  } finally {
    await browser.close()
  }
  return paints
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
  )
}

/** Opens the page, lets it be for a while, and reads the trace that Chromium keeps of it. */
export async function pageTimes(executablePath: string, url: string, seconds: number): Promise<PageTimes> {
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] })
  try {
    const page = await browser.newPage({ viewport: DESK })
    await page.goto('about:blank')
    await page.goto(url)
    await page.waitForFunction(() => Number(document.body.dataset.loaded) > 0)
    const paintMs = await firstPaint(page)
    await browser.startTracing(page, { categories: CATEGORIES })
    await sleep(1000 * seconds)
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
    return { paintMs, ...tasksOf(trace.traceEvents, seconds) }
  } finally {
    await browser.close()
  }
}

/** Of the renderer that did most: the others show nothing. */
function tasksOf(events: readonly TraceEvent[], seconds: number): Omit<PageTimes, 'paintMs'> {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const durations = mains.map(({ pid, tid }) =>
    events
      .filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid)
      .map(({ dur = 0 }) => dur / 1000),
  )
  const sum = (each: readonly number[]): number => each.reduce((a, b) => a + b, 0)
  const [busiest = []] = durations.sort((a, b) => sum(b) - sum(a))
  return {
    longTasks: busiest.filter((ms) => ms > LONG_MS).length,
    longestMs: busiest.reduce((a, b) => Math.max(a, b), 0),
    busyPercent: sum(busiest) / (10 * seconds),
  }
}

// What does it cost to look? A page that is open, and ten of them, at 10,000 records a second; and how the page itself
// fares meanwhile.
import { installed } from '../test/runtimes/executables.js'
import { Batches } from './dashboard/batches.js'
import { firstPaints, type PageTimes, pageTimes } from './dashboard/page-times.js'
import { Pages } from './dashboard/pages.js'
import type { Goal, Order, Outcome } from './goal.js'
import { ServerProcess } from './http/server-process.js'
import { showSpread, spread } from './spread.js'
import { table } from './table.js'

const RECORDS_PER_SECOND = 10_000
/** Pages that are open in a round. */
const OPEN = [0, 1, 10] as const

/** What a service did for some time. */
interface Stretch {
  readonly elapsedMs: number
  /** Of all its threads. */
  readonly cpuMs: number
  readonly records: number
}

interface DashboardFigures {
  /** One a round, by the pages that are open. */
  readonly stretches: Record<(typeof OPEN)[number], Stretch[]>
  /** Null where there is no Chromium. */
  readonly page: PageTimes | null
  /** First content, ms, of visits while nothing else goes on. */
  readonly paints: readonly number[]
}

export async function benchmarkDashboard({ quick, progress }: Order): Promise<Outcome> {
  const server = await ServerProcess.start('sentinel')
  const base = new URL('/', server.url).href
  const batches = new Batches(base, RECORDS_PER_SECOND)
  try {
    const chromium = installed('chromium')
    progress('visits')
    const paints = chromium === undefined ? [] : await firstPaints(chromium, base, quick ? 1 : 9)
    batches.start()
    progress('warm-up')
    await batches.run(quick ? 0.1 : 5)
    const stretches: DashboardFigures['stretches'] = { 0: [], 1: [], 10: [] }
    for (let round = 0; round < (quick ? 1 : 9); round++) {
      progress(`${RECORDS_PER_SECOND} records a second, round ${round + 1}`)
      for (const open of OPEN)
        stretches[open].push(await stretch(server, base, batches, open, quick ? 0.1 : 10))
    }
    progress('a page in Chromium')
    const page = chromium === undefined ? null : await pageTimes(chromium, base, quick ? 0.3 : 10)
    const figures = { stretches, page, paints }
    return { goals: goalsOf(figures), text: show(figures), figures }
  } finally {
    await batches.stop()
    await server.stop()
  }
}

async function stretch(
  server: ServerProcess,
  base: string,
  batches: Batches,
  open: number,
  seconds: number,
): Promise<Stretch> {
  const pages = await Pages.open(base, open)
  const before = await server.vitals()
  const judgedBefore = await judged(base)
  const startedMs = performance.now()
  await batches.run(seconds)
  const records = (await judged(base)) - judgedBefore
  const { cpuMs } = await server.vitals()
  const elapsedMs = performance.now() - startedMs
  pages.close()
  return { elapsedMs, cpuMs: cpuMs - before.cpuMs, records }
}

/** Records that the service has judged so far. */
async function judged(base: string): Promise<number> {
  const text = await (await fetch(`${base}metrics`)).text()
  return Number(/^sentinel_score_count (\d+)$/m.exec(text)?.[1])
}

/** Per cent of a core that the pages cost: what was not spent on records, which cost what they do without a page. */
function costs({ stretches }: DashboardFigures, open: 1 | 10): number[] {
  return stretches[open].map(({ elapsedMs, cpuMs, records }, round) => {
    const without = stretches[0][round] as Stretch
    return (100 * (cpuMs - (records * without.cpuMs) / without.records)) / elapsedMs
  })
}

function goalsOf(figures: DashboardFigures): Goal[] {
  const cost = (open: 1 | 10, most: number): Goal => {
    const found = spread(costs(figures, open))
    return {
      question: `${open === 1 ? 'a page' : 'ten pages'} at 10,000 records a second`,
      wanted: `below ${most}% of a core`,
      measured: showSpread(found, '%', 2),
      met: found.median < most,
    }
  }
  const { page } = figures
  const ofPage = (
    question: string,
    wanted: string,
    value: number | undefined,
    unit: string,
    most: number,
  ): Goal => ({
    question,
    wanted,
    measured: value === undefined ? 'no Chromium' : `${value.toFixed(0)}${unit}`,
    met: value !== undefined && value < most,
  })
  return [
    cost(1, 1),
    cost(10, 3),
    ofPage(
      'first contentful paint',
      'below 300 ms',
      page === null ? undefined : spread(figures.paints).median,
      ' ms',
      300,
    ),
    ofPage('tasks above 50 ms at 10,000 records a second', 'none', page?.longTasks, '', 1),
  ]
}

function show(figures: DashboardFigures): string {
  const rows = OPEN.map((open) => {
    const all = figures.stretches[open]
    const shares = all.map(({ cpuMs, elapsedMs }) => (100 * cpuMs) / elapsedMs)
    const rates = all.map(({ records, elapsedMs }) => (1000 * records) / elapsedMs)
    return [`${open} pages`, showSpread(spread(rates), '/s'), showSpread(spread(shares), '%', 1)]
  })
  const { page } = figures
  const ofPage =
    page === null
      ? 'no Chromium: nothing is known of the page itself'
      : `first contentful paint ${showSpread(spread(figures.paints), 'ms')}; at 10,000 records a second ` +
        `${page.paintMs.toFixed(0)} ms, longest task ${page.longestMs.toFixed(1)} ms, ` +
        `busy ${page.busyPercent.toFixed(1)}% of the time`
  return [table(['open', 'records', 'CPU of the service'], rows), ofPage].join('\n\n')
}

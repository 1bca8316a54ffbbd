import { gaussian, mulberry32, type RandomSource } from './random.js'
import type { TimedRecord } from './timed-traffic.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A Monday. */
export const RHYTHM_START_MS = Date.UTC(2026, 0, 5)
const NIGHT_UNTIL = 6
const NIGHT_FROM = 22
/** Of the rate by day. */
const NIGHT_RATE = 0.1

/** How a kind of client uses a route: medians and standard deviations on the log scale. */
interface Use {
  readonly route: string
  readonly latencyMs: number
  readonly length: number
  readonly spread: number
}

const SEARCH: Use = { route: '/search', latencyMs: 40, length: 300, spread: 0.3 }
const ORDERS: Use = { route: '/orders', latencyMs: 90, length: 1200, spread: 0.35 }
/** By night other programs call the same routes. */
const NIGHTLY: Use = { route: '/orders', latencyMs: 600, length: 30_000, spread: 0.3 }
const JOB: Use = { route: '/orders', latencyMs: 700, length: 40_000, spread: 0.15 }

/** Days of people and nights of programs: a tenth of the records, and most of them of another kind. */
export function nightsTraffic(seed: number, days: number, perHour: number): TimedRecord[] {
  const random = mulberry32(seed)
  const records: TimedRecord[] = []
  for (let timeMs = RHYTHM_START_MS; timeMs < RHYTHM_START_MS + 24 * days * HOUR_MS; ) {
    const night = isNight(timeMs)
    timeMs += gap(random, perHour * (night ? NIGHT_RATE : 1))
    const use = night && random.uniform() < 0.8 ? NIGHTLY : random.uniform() < 0.7 ? SEARCH : ORDERS
    records.push(recordOf(use, random, timeMs, night ? 'night' : 'day'))
  }
  return records
}

/** Whether it is night just then. */
export function isNight(timeMs: number): boolean {
  const hour = new Date(timeMs).getUTCHours()
  return hour >= NIGHT_FROM || hour < NIGHT_UNTIL
}

/** Steady traffic, and a job that starts five minutes past each hour: 4% of the records, all within two minutes. */
export function hourlyJobTraffic(seed: number, hours: number, perHour: number): TimedRecord[] {
  const random = mulberry32(seed)
  const records: TimedRecord[] = []
  const end = RHYTHM_START_MS + hours * HOUR_MS
  for (let timeMs = RHYTHM_START_MS; timeMs < end; ) {
    timeMs += gap(random, perHour)
    records.push(recordOf(random.uniform() < 0.7 ? SEARCH : ORDERS, random, timeMs, 'normal'))
  }
  for (let startMs = RHYTHM_START_MS + 5 * MINUTE_MS; startMs < end; startMs += HOUR_MS) {
    for (let i = 0; i < 0.04 * perHour; i++)
      records.push(recordOf(JOB, random, startMs + 2 * MINUTE_MS * random.uniform(), 'job'))
  }
  return records.sort((a, b) => a.timeMs - b.timeMs)
}

/** Ordinary records at an even pace; from `at` on what `change` makes of them. */
export function changingTraffic(
  seed: number,
  count: number,
  gapMs: number,
  at: number,
  change: (record: TimedRecord) => TimedRecord,
): TimedRecord[] {
  const random = mulberry32(seed)
  return Array.from({ length: count }, (_, i) => {
    const record = recordOf(i % 10 < 7 ? SEARCH : ORDERS, random, RHYTHM_START_MS + i * gapMs, 'normal')
    return i < at ? record : change(record)
  })
}

function recordOf(use: Use, random: RandomSource, timeMs: number, kind: string): TimedRecord {
  const value = (median: number): number => median * Math.exp(use.spread * gaussian(random))
  return {
    latency: Number(value(use.latencyMs).toFixed(3)),
    input_length: Math.round(value(use.length)),
    errors: random.uniform() < 0.005 ? 1 : 0,
    route: use.route,
    timeMs: Math.round(timeMs),
    label: 0,
    kind,
    attack: -1,
  }
}

function gap(random: RandomSource, perHour: number): number {
  return (-Math.log(1 - random.uniform()) * HOUR_MS) / perHour
}

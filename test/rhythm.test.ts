// What comes back by the hour or by night, and services with few records: over days of made-up traffic.
import { expect, onTestFinished, test } from 'vitest'
import { isForLearning, type OperatorWord } from '#sentinel/alerts/operator/operator-word.js'
import { loadConfig } from '#sentinel/config/config.js'
import { buildApp } from '#sentinel/http/app.js'
import { Sentinel } from '#sentinel/sentinel.js'
import {
  changingTraffic,
  hourlyJobTraffic,
  isNight,
  nightsTraffic,
  RHYTHM_START_MS,
} from '../made-up/rhythmic-traffic.js'
import type { TimedRecord } from '../made-up/timed-traffic.js'
import { DEFAULTS } from '../made-up/trial/replay.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Lived {
  readonly sentinel: Sentinel
  /** 1 for each record that somebody was told of. */
  readonly told: Uint8Array
  /** Lines of the log at level info. */
  readonly lines: readonly { readonly fields: object; readonly message: string }[]
}

async function live(records: readonly TimedRecord[]): Promise<Lived> {
  let nowMs = 0
  const lines: { fields: object; message: string }[] = []
  const none = (): void => {}
  const sentinel = await Sentinel.create({
    detector: { ...DEFAULTS, nTrees: 50 },
    clock: () => nowMs,
    log: { debug: none, warn: none, error: none, info: (fields, message) => lines.push({ fields, message }) },
  })
  onTestFinished(() => sentinel.close())
  const told = Uint8Array.from(records, ({ timeMs, latency, input_length, errors, route = '' }) => {
    nowMs = timeMs
    return sentinel.judge({ latency, input_length, errors, route })?.anomaly == null ? 0 : 1
  })
  return { sentinel, told, lines }
}

function share(
  records: readonly TimedRecord[],
  told: Uint8Array,
  which: (record: TimedRecord) => boolean,
): number {
  const picked = [...told].filter((_, i) => which(records[i] as TimedRecord))
  return picked.reduce((sum, one) => sum + one, 0) / picked.length
}

const between =
  (from: number, to: number) =>
  ({ timeMs }: TimedRecord): boolean =>
    timeMs >= RHYTHM_START_MS + from && timeMs < RHYTHM_START_MS + to

test('an hourly job on a busy route is told of for some hours, then no more; what is odd beside it still is', async () => {
  const records = hourlyJobTraffic(4, 14, 1000)
  const { sentinel, told, lines } = await live(records)
  const ofJob = ({ kind }: TimedRecord): boolean => kind === 'job'
  // The first run is among the first records of all, and known as a few in a hundred when the second one begins.
  expect(share(records, told, (one) => ofJob(one) && between(HOUR_MS, 2 * HOUR_MS)(one))).toBeGreaterThan(0.4)
  expect(share(records, told, (one) => ofJob(one) && between(2 * HOUR_MS, 5 * HOUR_MS)(one))).toBeGreaterThan(
    0.7,
  )
  expect(share(records, told, (one) => ofJob(one) && between(8 * HOUR_MS, 14 * HOUR_MS)(one))).toBeLessThan(
    0.05,
  )
  expect(share(records, told, (one) => !ofJob(one))).toBeLessThan(0.002)
  expect(sentinel.incidents.list({ open: false }).length).toBeLessThanOrEqual(6)

  const app = await buildApp({ sentinel, config: loadConfig({ SENTINEL_EXPLAIN: 'rules' }), logger: false })
  const { habits } = (await app.inject('/mutes')).json()
  expect(habits.map(({ route, every }: { route: string; every: string }) => [route, every])).toContainEqual([
    '/orders',
    'hour',
  ])
  const [{ id }] = habits
  const words: OperatorWord[] = []
  sentinel.operator.spread((word) => words.push(word))
  expect((await app.inject({ method: 'DELETE', url: `/mutes/${id}` })).statusCode).toBe(204)
  expect((await app.inject({ method: 'DELETE', url: `/mutes/${id}` })).statusCode).toBe(404)
  const left = (await app.inject('/mutes')).json().habits
  expect(left).toHaveLength(habits.length - 1)
  // The leader of a fleet, which learns, hears of it; and the log says so.
  expect(words).toEqual([{ said: 'taken back', source: id }])
  expect(words.every(isForLearning)).toBe(true)
  expect(lines.at(-1)).toMatchObject({ fields: { id }, message: 'operator: a habit is told of again' })
})

test('nights of another kind are told of twice, and then expected', async () => {
  const records = nightsTraffic(4, 5, 500)
  const { told } = await live(records)
  const night = (n: number) => (one: TimedRecord) =>
    isNight(one.timeMs) && between(n * DAY_MS - 2 * HOUR_MS, n * DAY_MS + 6 * HOUR_MS)(one)
  const shares = [1, 2, 3, 4].map((n) => share(records, told, night(n)))
  expect(Math.min(...shares.slice(0, 2))).toBeGreaterThan(0.3)
  expect(Math.max(...shares.slice(2))).toBeLessThan(0.1)
  expect(share(records, told, ({ timeMs }) => !isNight(timeMs))).toBeLessThan(0.004)
})

test('with four records a minute a change that stays is taken for usual within hours, not a day', async () => {
  const slower = (record: TimedRecord): TimedRecord => ({ ...record, latency: 900, input_length: 9000 })
  const records = changingTraffic(5, 6000, 15_000, 2500, slower)
  const { told } = await live(records)
  const after = (fromHours: number, toHours: number): number =>
    share(records, told, between(2500 * 15_000 + fromHours * HOUR_MS, 2500 * 15_000 + toHours * HOUR_MS))
  expect(after(0, 2)).toBeGreaterThan(0.8)
  expect(after(8, 14)).toBeLessThan(0.02)
})

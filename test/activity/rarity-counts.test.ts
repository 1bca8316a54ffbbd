import { expect, it } from 'vitest'
import { RarityCounts } from '#sentinel/activity/rarity-counts.js'

const START_MS = 1_767_225_600_000
const MINUTE_MS = 60_000

/** What the levels say, by their rate. */
const alertsAt = (counts: RarityCounts, nowMs: number) =>
  new Map(counts.levels(nowMs).levels.map(({ rate, alerts }) => [rate, alerts]))

it('every level counts the records that are at most as likely, and those that are alerted anyway', () => {
  const counts = new RarityCounts()
  for (const p of [0.9, 0.1, 0.02, 0.001, 0.0009, 1e-9, null]) counts.see(START_MS, p, false)
  counts.see(START_MS, 0.4, true)
  const alerts = alertsAt(counts, START_MS)
  expect(alerts.get(0.1)).toBe(6)
  // 0.02 stands for 0.01995, which it is to three digits.
  expect([alerts.get(0.0251), alerts.get(0.02)]).toEqual([5, 4])
  expect(alerts.get(0.001)).toBe(4)
  expect(alerts.get(0.000794)).toBe(2)
  expect(alerts.get(1e-6)).toBe(2)
  expect(counts.levels(START_MS)).toMatchObject({ records: 8, anyway: 1 })
})

it('an hour later they are gone, and a captured hour is gone on with', () => {
  const counts = new RarityCounts()
  counts.see(START_MS, 0.0001, false)
  counts.see(START_MS + 30 * MINUTE_MS, 0.0001, false)
  const restored = new RarityCounts()
  restored.restore(counts.capture())
  restored.see(START_MS + 30 * MINUTE_MS + 1, 0.0001, false)
  for (const [one, at, expected] of [
    [counts, 30, 2],
    [counts, 60, 1],
    [counts, 90, 0],
    [restored, 60, 2],
  ] as const)
    expect(one.levels(START_MS + at * MINUTE_MS).records).toBe(expected)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FitTurns } from '#sentinel/detector/training/fit-turns.js'
import { RefitSchedule } from '#sentinel/detector/training/refit-schedule.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** When fits began, in milliseconds since the first request; the next fit is asked for at once. */
async function startsOf(run: (n: number) => Promise<number>, n: number): Promise<number[]> {
  const beganMs = performance.now()
  const starts: number[] = []
  const schedule = new RefitSchedule(new FitTurns(0.1), () => {
    starts.push(Math.round(performance.now() - beganMs))
    if (starts.length < n) schedule.request()
    return run(starts.length)
  })
  schedule.request()
  const settled = schedule.settled()
  await vi.runAllTimersAsync()
  await settled
  schedule.close()
  return starts
}

test('a trainer that keeps failing is started again after 250 ms, then twice as long, up to a minute', async () => {
  const starts = await startsOf(() => Promise.reject(new Error('down')), 11)
  const waits = starts.slice(1).map((start, i) => start - (starts[i] as number))
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
})

test('a fit that works ends the waiting', async () => {
  const starts = await startsOf((n) => (n === 3 ? Promise.resolve(5) : Promise.reject(new Error('down'))), 5)
  expect(starts).toEqual([0, 250, 750, 845, 1095])
})

test('a wall clock that jumps does not matter', async () => {
  const starts = await startsOf((n) => {
    vi.setSystemTime(n % 2 === 0 ? 0 : Date.now() + 1e12)
    return Promise.resolve(5)
  }, 4)
  expect(starts).toEqual([0, 95, 190, 285])
})

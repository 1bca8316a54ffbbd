import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FitTurns } from '#sentinel/detector/training/fit-turns.js'
import { RefitSchedule } from '#sentinel/detector/training/refit-schedule.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Fits that end when told to. */
function manualFits() {
  const ends: { resolve: (ms: number) => void; reject: (error: Error) => void }[] = []
  const run = vi.fn(() => new Promise<number>((resolve, reject) => ends.push({ resolve, reject })))
  return { ends, run }
}

test('requests during a fit become one fit after it', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(1), run)
  for (let i = 0; i < 5; i++) schedule.request()
  expect(run).toHaveBeenCalledTimes(1)
  ends[0]?.resolve(10)
  await vi.advanceTimersByTimeAsync(10)
  expect(run).toHaveBeenCalledTimes(2)
  ends[1]?.resolve(10)
  await vi.advanceTimersByTimeAsync(1000)
  expect(run).toHaveBeenCalledTimes(2)
})

test('after a fit of d milliseconds the next starts no sooner than d / duty after its start', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(0.1), run)
  schedule.request()
  await vi.advanceTimersByTimeAsync(20)
  ends[0]?.resolve(20)
  await vi.advanceTimersByTimeAsync(0)
  schedule.request()
  await vi.advanceTimersByTimeAsync(179)
  expect(run).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(run).toHaveBeenCalledTimes(2)
})

test('a short fit counts as 10 milliseconds, so that there are at most ten a second at a tenth of a core', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(0.1), run)
  schedule.request()
  await vi.advanceTimersByTimeAsync(2)
  ends[0]?.resolve(2)
  await vi.advanceTimersByTimeAsync(0)
  schedule.request()
  await vi.advanceTimersByTimeAsync(89)
  expect(run).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(run).toHaveBeenCalledTimes(2)
})

test('failed fits wait a quarter of a second, doubled each time, and a good one ends that', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(1), run)
  schedule.request()
  for (const waitMs of [250, 500, 1000]) {
    ends.at(-1)?.reject(new Error('no'))
    await vi.advanceTimersByTimeAsync(0)
    const before = run.mock.calls.length
    schedule.request()
    await vi.advanceTimersByTimeAsync(waitMs - 1)
    expect(run).toHaveBeenCalledTimes(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(run).toHaveBeenCalledTimes(before + 1)
  }
  ends.at(-1)?.resolve(1)
  await vi.advanceTimersByTimeAsync(1)
  schedule.request()
  expect(run).toHaveBeenCalledTimes(5)
})

test('with what is taken back the failures before it are forgotten', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(1), run)
  const failed = async (): Promise<void> => {
    ends.at(-1)?.reject(new Error('no'))
    await vi.advanceTimersByTimeAsync(0)
    schedule.request()
  }
  schedule.request()
  await failed()
  await vi.advanceTimersByTimeAsync(250)
  await failed()
  schedule.cancel()
  schedule.request()
  await vi.advanceTimersByTimeAsync(499)
  expect(run).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(1)
  await failed()
  await vi.advanceTimersByTimeAsync(249)
  expect(run).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(1)
  expect(run).toHaveBeenCalledTimes(4)
})

test('is settled when no fit runs or is due', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(1), run)
  await schedule.settled()
  schedule.request()
  let settled = false
  const waiting = schedule.settled().then(() => {
    settled = true
  })
  await vi.advanceTimersByTimeAsync(5)
  expect(settled).toBe(false)
  ends[0]?.resolve(5)
  await waiting
  expect(settled).toBe(true)
})

test('what is taken back before its turn comes is not fitted, and keeps nobody waiting', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(0.1), run)
  schedule.request()
  ends[0]?.resolve(20)
  await vi.advanceTimersByTimeAsync(0)
  schedule.request()
  const waiting = schedule.settled()
  schedule.cancel()
  await waiting
  await vi.advanceTimersByTimeAsync(10_000)
  expect(run).toHaveBeenCalledTimes(1)
})

test('a fit that runs is waited for, whatever is taken back', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(0.1), run)
  schedule.request()
  schedule.request()
  let settled = false
  const waiting = schedule.settled().then(() => {
    settled = true
  })
  schedule.cancel()
  await vi.advanceTimersByTimeAsync(5)
  expect(settled).toBe(false)
  ends[0]?.resolve(5)
  await waiting
  expect(run).toHaveBeenCalledTimes(1)
})

test('a closed schedule starts nothing and keeps nobody waiting', async () => {
  const { ends, run } = manualFits()
  const schedule = new RefitSchedule(new FitTurns(0.1), run)
  schedule.request()
  ends[0]?.resolve(20)
  await vi.advanceTimersByTimeAsync(0)
  schedule.request()
  const waiting = schedule.settled()
  schedule.close()
  await waiting
  schedule.request()
  await schedule.settled()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(run).toHaveBeenCalledTimes(1)
})

/** Asks for the next fit with each one, and says when they began, in ms, until the time is up. */
async function fitsFor(ms: number, duty: number) {
  const starts: number[] = []
  const schedule = new RefitSchedule(new FitTurns(duty), () => {
    starts.push(performance.now())
    schedule.request()
    return Promise.resolve(0)
  })
  schedule.request()
  await vi.advanceTimersByTimeAsync(ms)
  return { schedule, starts }
}

function restsOf(starts: readonly number[]): number[] {
  return starts.slice(1).map((start, i) => Math.round(start - (starts[i] as number)))
}

test('fits follow each other at ever longer rests, up to ten times the first', async () => {
  const { starts } = await fitsFor(30_000, 0.1)
  const rests = restsOf(starts)
  expect(rests.slice(0, 4)).toEqual([90, 99, 109, 120])
  expect(rests.slice(25).every((rest) => rest === 900)).toBe(true)
  expect(rests.length).toBeGreaterThan(40)
})

test('with a whole core there are no rests', async () => {
  const starts: number[] = []
  const schedule = new RefitSchedule(new FitTurns(1), async () => {
    starts.push(performance.now())
    if (starts.length < 50) schedule.request()
    return 0
  })
  schedule.request()
  await vi.advanceTimersByTimeAsync(0)
  expect(starts).toHaveLength(50)
})

test('when much changes at once, what rests is fitted at once and the rests are short again', async () => {
  const { schedule, starts } = await fitsFor(30_000, 0.1)
  const before = starts.length
  schedule.hasten()
  expect(starts).toHaveLength(before + 1)
  await vi.advanceTimersByTimeAsync(300)
  expect(restsOf(starts.slice(before))).toEqual([90, 99, 109])
})

test('what rests is fitted as soon as somebody waits for it', async () => {
  const { schedule, starts } = await fitsFor(30_000, 0.1)
  const before = starts.length
  void schedule.settled()
  expect(starts).toHaveLength(before + 1)
})

test('what is taken back while it rests is not fitted', async () => {
  const { schedule, starts } = await fitsFor(30_000, 0.1)
  const before = starts.length
  schedule.cancel()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(starts).toHaveLength(before)
})

test('a fit that rests keeps no process alive', async () => {
  vi.useRealTimers()
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const schedule = new RefitSchedule(new FitTurns(0.001), () => Promise.resolve(0))
  schedule.request()
  await schedule.settled()
  schedule.request()
  expect(timers()).toBe(before)
  schedule.close()
})

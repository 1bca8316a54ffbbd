import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { SteadyClock } from '#sentinel/runtime/steady-clock.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { record } from './chaos/load.js'
import { NORMAL, startApp } from './http/subject.js'

/*
 * The clock of the machine jumps while time goes on: by an hour at summer time, by years on a machine without a battery,
 * by minutes in a guest that was suspended. What is measured or waited for must not notice.
 */

const HOUR_MS = 3_600_000
const YEARS_MS = 50 * 365 * 24 * HOUR_MS
const START_MS = Date.UTC(2026, 10, 25)

/** Sets the clock of the machine, and lets no time pass. */
function step(byMs: number): void {
  wallAheadMs += byMs
}

let wallAheadMs = 0
let passedMs = 0

function pass(ms: number): void {
  passedMs += ms
}

/** A machine whose two clocks are ours: `pass` moves both, `step` the one that people set. */
function takeClocks(startMs = START_MS): void {
  wallAheadMs = 0
  passedMs = 0
  vi.spyOn(Date, 'now').mockImplementation(() => Math.max(0, startMs + wallAheadMs + passedMs))
  const before = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => before + passedMs)
}

afterEach(() => vi.restoreAllMocks())

const steps = fc.array(
  fc.record({
    passMs: fc.integer({ min: 0, max: 400 }),
    stepMs: fc.constantFrom(0, 0, -1, 1, -HOUR_MS, HOUR_MS, -YEARS_MS, YEARS_MS, 12 * HOUR_MS),
  }),
  { minLength: 5, maxLength: 30 },
)

test('a steady clock goes on by what has passed, whatever the machine says', () => {
  fc.assert(
    fc.property(steps, (moves) => {
      takeClocks()
      const clock = new SteadyClock()
      let expectedMs = clock.nowMs
      for (const { passMs, stepMs } of moves) {
        step(stepMs)
        pass(passMs)
        expectedMs += passMs
        expect(clock.nowMs).toBeCloseTo(expectedMs, 3)
      }
      clock.continueAfter(expectedMs + 10)
      expect(clock.nowMs).toBeCloseTo(expectedMs + 10, 3)
      clock.continueAfter(expectedMs)
      expect(clock.nowMs).toBeCloseTo(expectedMs + 10, 3)
      vi.restoreAllMocks()
    }),
    { seed: 5, numRuns: 50 },
  )
})

test('the rate limit lets through what it would let through with a clock that nobody sets', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (moves) => {
      const statuses: number[][] = []
      for (const stepped of [false, true]) {
        takeClocks()
        const app = await startApp({ SENTINEL_RATE_LIMIT: '3' })
        const seen: number[] = []
        for (const { passMs, stepMs } of moves) {
          if (stepped) step(stepMs)
          pass(passMs)
          const answer = await app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL })
          seen.push(answer.statusCode)
          if (answer.statusCode === 429) expect(answer.headers['retry-after']).toBe('1')
        }
        statuses.push(seen)
        await app.close()
        vi.restoreAllMocks()
      }
      expect(statuses[1]).toEqual(statuses[0])
    }),
    { seed: 5, numRuns: 2 },
  )
})

/** What is told of records that come at an even pace, while the clock is set at some of them. */
async function told(setAt: (n: number) => number, startMs?: number): Promise<string[]> {
  takeClocks(startMs)
  const sentinel = await Sentinel.create({ detector: { seed: 3, trainDuty: 1, nTrees: 20 } })
  const seen: string[] = []
  sentinel.listen({
    incidentChanged: ({ change, incident: { kind, route, records } }) =>
      seen.push(`${change} ${kind} ${route} ${records}`),
  })
  for (let n = 0; n < 1100; n++) {
    step(setAt(n))
    pass(20)
    const usual = record(n) as Telemetry
    // A flood of failures on one route, and then calm.
    const judgement = sentinel.judge(
      n >= 800 && n < 860 ? { ...usual, latency: 9000, errors: 9, route: '/api/1' } : usual,
    )
    await sentinel.detector.settled()
    if (judgement?.anomaly != null) seen.push(`${n} ${judgement.anomaly.action}`)
  }
  await sentinel.close()
  vi.restoreAllMocks()
  return seen
}

test('alerts and incidents are the same when the clock is set back and forth among their records', async () => {
  const usual = await told(() => 0)
  expect(usual.some((line) => line.startsWith('opened'))).toBe(true)
  const jumps = new Map([
    [300, -HOUR_MS],
    [805, HOUR_MS],
    [830, -2 * HOUR_MS],
    [900, -YEARS_MS],
    [1000, YEARS_MS],
  ])
  expect(await told((n) => jumps.get(n) ?? 0)).toEqual(usual)
  // A machine without a battery.
  expect(await told((n) => (n === 700 ? START_MS : 0), 0)).toEqual(usual)
})

test('an operator’s words last as long as was said, and people read when they end on the clock as it is', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (moves) => {
      takeClocks()
      const sentinel = await Sentinel.create({ alerts: { mode: 'contamination' } })
      const { operator } = sentinel
      const id = sentinel.judge({ latency: 50_000, input_length: 1, errors: 0, route: '/slow' })?.anomaly?.id
      operator.onAnomaly(id as string, { verdict: 'expected', days: 1 })
      operator.pause(30)
      for (const { passMs, stepMs } of moves) {
        step(stepMs)
        pass(passMs)
        const { paused, paused_until } = operator.learning()
        expect(paused).toBe(true)
        const near = (text: string | undefined | null, leftMs: number) =>
          expect(Math.abs(Date.parse(text ?? '') - Date.now() - leftMs)).toBeLessThan(1100)
        // What lies before 1970 no machine shows.
        if (Date.now() > 0) {
          near(paused_until, HOUR_MS / 2 - passedMs)
          near(operator.listMutes()[0]?.until, 24 * HOUR_MS - passedMs)
        }
      }
      pass(HOUR_MS / 2 - passedMs - 1)
      expect(operator.learning().paused).toBe(true)
      pass(2)
      expect(operator.learning().paused).toBe(false)
      pass(24 * HOUR_MS - passedMs - 1)
      expect(operator.listMutes()).toHaveLength(1)
      pass(2)
      expect(operator.listMutes()).toHaveLength(0)
      await sentinel.close()
      vi.restoreAllMocks()
    }),
    { seed: 5, numRuns: 10 },
  )
})

test('over a restart they last no longer than was left, even where the machine starts in 1970', async () => {
  takeClocks()
  const before = await Sentinel.create({ alerts: { mode: 'contamination' } })
  const id = before.judge({ latency: 50_000, input_length: 1, errors: 0, route: '/slow' })?.anomaly?.id
  before.operator.onAnomaly(id as string, { verdict: 'expected', days: 1 })
  before.operator.pause(30)
  step(-YEARS_MS)
  pass(HOUR_MS / 4)
  const state = before.snapshot()
  for (const setByMs of [0, -HOUR_MS, -YEARS_MS]) {
    const wallMs = wallAheadMs
    step(setByMs)
    const after = await Sentinel.create({ alerts: { mode: 'contamination' } })
    after.restore(state)
    expect(after.operator.learning().paused).toBe(true)
    pass(HOUR_MS / 4 - 1)
    expect(after.operator.learning().paused).toBe(true)
    pass(2)
    expect(after.operator.learning().paused).toBe(false)
    expect(after.operator.listMutes()).toHaveLength(1)
    pass(24 * HOUR_MS - HOUR_MS / 2)
    expect(after.operator.listMutes()).toHaveLength(0)
    await after.close()
    passedMs -= 24 * HOUR_MS - HOUR_MS / 4 + 1
    wallAheadMs = wallMs
  }
  await before.close()
})

test('ids and cursors go on in their order through all of it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (moves) => {
      takeClocks()
      const sentinel = await Sentinel.create({ alerts: { mode: 'contamination' } })
      const ids: string[] = []
      for (const { passMs, stepMs } of moves) {
        step(stepMs)
        pass(passMs)
        const before = sentinel.anomalies.newestId
        const judgement = sentinel.judge({ latency: 50_000, input_length: 1, errors: 9 })
        ids.push(judgement?.anomaly?.id as string)
        const since = sentinel.anomalies.list(before === '' ? {} : { since: before })
        expect(since.map(({ id }) => id)).toEqual([judgement?.anomaly?.id])
      }
      expect(ids).toEqual([...new Set(ids)].sort())
      await sentinel.close()
      vi.restoreAllMocks()
    }),
    { seed: 5, numRuns: 10 },
  )
})

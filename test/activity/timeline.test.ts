import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf, countOf } from '#sentinel/activity/count-code.js'
import { scoreBin } from '#sentinel/activity/score-bins.js'
import { Timeline } from '#sentinel/activity/timeline.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'

/** A whole hour, and so the begin of a bucket of every width. */
const START_MS = 1_767_225_600_000
const OBSERVE = 0
const FREEZE = 2

describe('a timeline', () => {
  it('counts records, odd ones and alerts in buckets of five seconds, which begin at multiples of five', () => {
    const timeline = new Timeline()
    for (let i = 0; i < 100; i++)
      timeline.see(START_MS + 100 * i, scoreBin(0.45), 0.52, i % 10 === 0, i === 60 ? FREEZE : -1)
    const columns = timeline.columns({ fromMs: START_MS + 3000, toMs: START_MS + 12_000, stepMs: 5000 })
    expect(columns).toMatchObject({
      step: 5,
      time: [START_MS / 1000, START_MS / 1000 + 5, START_MS / 1000 + 10],
      records: [50, 50, 0],
      odd: [5, 5, 0],
      observe: [0, 0, 0],
      freeze: [0, 1, 0],
      threshold: [0.52, 0.52, null],
    })
    expect(columns.score_median[2]).toBeNull()
  })

  it('gives the sums of any wider step, of the hour and of the day', () => {
    const timeline = new Timeline()
    const seconds = 4 * 3600
    for (let s = 0; s < seconds; s++)
      timeline.see(START_MS + 1000 * s, scoreBin(0.4), 0.5, s % 3 === 0, s % 100 === 0 ? OBSERVE : -1)
    const endMs = START_MS + 1000 * seconds - 1
    const lastHour = { fromMs: endMs - 3_599_999, toMs: endMs }
    for (const stepMs of [5000, 15_000, 60_000, 300_000]) {
      const columns = timeline.columns({ ...lastHour, stepMs })
      expect(sum(columns.records)).toBe(3600)
      expect(sum(columns.odd)).toBe(1200)
      expect(sum(columns.observe)).toBe(36)
      expect(columns.time).toHaveLength(3_600_000 / stepMs)
    }
    expect(sum(timeline.columns({ fromMs: START_MS, toMs: endMs, stepMs: 60_000 }).records)).toBe(seconds)
    // Narrow buckets are kept for an hour only.
    expect(sum(timeline.columns({ fromMs: START_MS, toMs: endMs, stepMs: 5000 }).records)).toBe(3600)
    expect([...timeline.sums(endMs, 60_000)]).toEqual([60, 20, expect.any(Number), 0, 0])
  })

  it('knows nothing of what came after a jump of the clock as if it had come before', () => {
    const timeline = new Timeline()
    timeline.see(START_MS, scoreBin(0.4), 0.5, false, -1)
    timeline.see(START_MS + 25 * 3_600_000, scoreBin(0.4), 0.5, false, -1)
    const day = { fromMs: START_MS + 3_600_000, toMs: START_MS + 25 * 3_600_000, stepMs: 60_000 }
    expect(sum(timeline.columns(day).records)).toBe(1)
    expect([...timeline.sums(START_MS + 25 * 3_600_000, 3_600_000)]).toEqual([1, 0, 0, 0, 0])
  })

  it('goes on with a bucket when the clock goes back', () => {
    const timeline = new Timeline()
    for (const second of [1, 7, 2, 8, 3]) timeline.see(START_MS + 1000 * second, scoreBin(0.4), 0.5, true, -1)
    const columns = timeline.columns({ fromMs: START_MS, toMs: START_MS + 9000, stepMs: 5000 })
    expect([columns.records, columns.odd]).toEqual([
      [3, 2],
      [3, 2],
    ])
    expect(sum(timeline.columns({ fromMs: START_MS, toMs: START_MS + 9000, stepMs: 60_000 }).records)).toBe(5)
  })

  it('gives median and 99 % of the scores to two digits, whatever the step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.31, max: 0.89, noNaN: true }), { minLength: 30, maxLength: 400 }),
        (scores) => {
          const timeline = new Timeline()
          for (const [i, score] of scores.entries())
            timeline.see(START_MS + 200 * i, scoreBin(score), 0.5, false, -1)
          const sorted = [...scores].sort((a, b) => a - b)
          const span = { fromMs: START_MS, toMs: START_MS + 200 * scores.length, stepMs: 300_000 }
          const columns = timeline.columns(span)
          for (const [share, found] of [
            [0.5, columns.score_median[0]],
            [0.99, columns.score_p99[0]],
          ] as const) {
            // Between the neighbours of the rank, give or take a bin; a count above 15 is off by a sixteenth.
            const slack = Math.ceil(0.08 * scores.length) + 1
            const at = Math.floor(share * (scores.length - 1))
            expect(found).toBeGreaterThanOrEqual((sorted[Math.max(0, at - slack)] as number) - 0.021)
            expect(found).toBeLessThanOrEqual(
              (sorted[Math.min(scores.length - 1, at + slack)] as number) + 0.021,
            )
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('goes on where a state was captured, and takes nothing of a state of another shape', () => {
    const timeline = new Timeline()
    for (let i = 0; i < 40; i++) timeline.see(START_MS + 100 * i, scoreBin(0.45), 0.52, true, FREEZE)
    const restored = new Timeline()
    restored.restore(decodeState(encodeState(timeline.capture())))
    for (let i = 40; i < 50; i++) restored.see(START_MS + 100 * i, 0.45, 0.52, true, FREEZE)
    const span = { fromMs: START_MS, toMs: START_MS + 4999, stepMs: 5000 }
    expect(restored.columns(span)).toMatchObject({ records: [50], freeze: [50], threshold: [0.52] })
    for (const foreign of [null, {}, { fine: { numbers: Float64Array.of(1) } }, { fine: 7, coarse: [] }]) {
      const fresh = new Timeline()
      fresh.restore(foreign as never)
      expect(fresh.columns(span).records).toEqual([0])
    }
  })
})

it('a count in one byte is exact below 16 and off by a sixteenth at most above, and bytes sort as counts do', () => {
  let last = 0
  for (let count = 0; count < 100_000; count += count < 300 ? 1 : 37) {
    const code = codeOf(count)
    expect(code).toBeGreaterThanOrEqual(last)
    expect(Math.abs(countOf(code) - count)).toBeLessThanOrEqual(count < 16 ? 0 : count / 16)
    last = code
  }
  expect(codeOf(2 ** 32 - 1)).toBeLessThan(256)
})

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

import { expect, it } from 'vitest'
import type { TimelineColumns } from '#sentinel/activity/timeline-columns.js'
import { appended, EMPTY, mended, secondsOf, trimmed } from '../../web/dashboard/timeline-data.js'

/** Buckets of five seconds that begin at these times, with so many records. */
function columns(buckets: Readonly<Record<number, number>>): TimelineColumns {
  const time = Object.keys(buckets).map(Number)
  const records = Object.values(buckets)
  const scores = records.map((n) => (n === 0 ? null : 0.4))
  return {
    ...EMPTY,
    time,
    records,
    odd: records,
    observe: records,
    throttle: records,
    freeze: records,
    score_median: scores,
    score_p99: scores,
    threshold: scores,
  }
}

it('newer buckets take the place of those of the same time, and follow the others', () => {
  const both = appended(columns({ 10: 1, 15: 2, 20: 3 }), columns({ 20: 30, 25: 40 }))
  expect(both).toEqual(columns({ 10: 1, 15: 2, 20: 30, 25: 40 }))
  expect(appended(both, EMPTY)).toBe(both)
  expect(appended(EMPTY, both)).toEqual(both)
})

it('what is older than is shown goes', () => {
  expect(trimmed(columns({ 10: 1, 15: 2, 20: 3 }), 14)).toEqual(columns({ 15: 2, 20: 3 }))
  expect(trimmed(columns({ 10: 1 }), 5)).toEqual(columns({ 10: 1 }))
})

it('what was drawn stays where a service that has begun anew knows nothing of that time', () => {
  expect(mended(columns({ 10: 1, 15: 2, 20: 3 }), columns({ 15: 0, 20: 5, 25: 0 }))).toEqual(
    columns({ 15: 2, 20: 5, 25: 0 }),
  )
  const minutes = { ...columns({ 60: 0 }), step: 60 }
  expect(mended(columns({ 60: 7 }), minutes)).toBe(minutes)
})

it('the newest bucket counts as long as it has lasted', () => {
  const buckets = columns({ 10: 1, 15: 2 })
  expect([secondsOf(buckets, 0, 17), secondsOf(buckets, 1, 17), secondsOf(buckets, 1, 15.2)]).toEqual([
    5, 2, 1,
  ])
})

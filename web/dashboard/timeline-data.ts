import { emptyColumns } from '../../src/activity/empty-columns.js'
import type { TimelineColumns } from '../../src/activity/timeline-columns.js'

export const EMPTY: TimelineColumns = emptyColumns(5)

/** How many seconds a bucket has lasted: the newest is not over yet. */
export function secondsOf({ time, step }: TimelineColumns, index: number, nowSeconds: number): number {
  return Math.min(step, Math.max(1, nowSeconds - (time[index] ?? 0)))
}

/** Buckets with newer ones behind them; where both have one, the newer counts. */
export function appended(known: TimelineColumns, newer: TimelineColumns): TimelineColumns {
  const first = newer.time[0]
  if (first === undefined) return known
  let kept = known.time.length
  while (kept > 0 && (known.time[kept - 1] as number) >= first) kept--
  return joined(known, newer, 0, kept)
}

/** Without the buckets of before a time, in seconds. */
export function trimmed(columns: TimelineColumns, fromSeconds: number): TimelineColumns {
  const first = columns.time.findIndex((time) => time >= fromSeconds)
  return first <= 0 ? columns : joined(columns, { ...EMPTY, step: columns.step }, first, columns.time.length)
}

/**
 * Buckets as a service tells them that may have begun anew since: where it knows nothing of a time that was drawn, what
 * was drawn stays.
 */
export function mended(known: TimelineColumns, told: TimelineColumns): TimelineColumns {
  if (known.step !== told.step) return told
  const places = new Map(known.time.map((time, i) => [time, i]))
  const lost = told.time.map((time, i) => {
    const place = places.get(time)
    return told.records[i] === 0 && place !== undefined && known.records[place] !== 0 ? place : null
  })
  const mend = <Value>(from: readonly Value[], to: readonly Value[]): Value[] =>
    to.map((value, i) => {
      const place = lost[i]
      return place == null ? value : (from[place] as Value)
    })
  return merged(known, told, mend)
}

function joined(known: TimelineColumns, newer: TimelineColumns, from: number, to: number): TimelineColumns {
  return merged(known, newer, (a, b) => [...a.slice(from, to), ...b])
}

/** Does the same to every column. */
function merged(
  a: TimelineColumns,
  b: TimelineColumns,
  merge: <Value>(a: readonly Value[], b: readonly Value[]) => Value[],
): TimelineColumns {
  return {
    step: a.step,
    time: merge(a.time, b.time),
    records: merge(a.records, b.records),
    odd: merge(a.odd, b.odd),
    observe: merge(a.observe, b.observe),
    throttle: merge(a.throttle, b.throttle),
    freeze: merge(a.freeze, b.freeze),
    score_median: merge(a.score_median, b.score_median),
    score_p99: merge(a.score_p99, b.score_p99),
    threshold: merge(a.threshold, b.threshold),
  }
}

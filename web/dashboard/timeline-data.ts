import type { TimelineColumns } from '../../src/activity/timeline-columns.js'

export const EMPTY: TimelineColumns = {
  step: 5,
  time: [],
  records: [],
  odd: [],
  observe: [],
  throttle: [],
  freeze: [],
  score_median: [],
  score_p99: [],
  threshold: [],
}

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

function joined(known: TimelineColumns, newer: TimelineColumns, from: number, to: number): TimelineColumns {
  const join = <Value>(a: readonly Value[], b: readonly Value[]): Value[] => [...a.slice(from, to), ...b]
  return {
    step: known.step,
    time: join(known.time, newer.time),
    records: join(known.records, newer.records),
    odd: join(known.odd, newer.odd),
    observe: join(known.observe, newer.observe),
    throttle: join(known.throttle, newer.throttle),
    freeze: join(known.freeze, newer.freeze),
    score_median: join(known.score_median, newer.score_median),
    score_p99: join(known.score_p99, newer.score_p99),
    threshold: join(known.threshold, newer.threshold),
  }
}

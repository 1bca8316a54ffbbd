import type { TimelineColumns } from './timeline-columns.js'

/** @param step width of a bucket, in seconds */
export function emptyColumns(step: number): TimelineColumns {
  return {
    step,
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
}

import type { TimelineColumns } from '../../../src/activity/timeline-columns.js'
import { elementOf } from '../../shared/page-elements.js'
import { drawAlertMarks } from './alert-marks.js'
import { TimePlot } from './time-plot.js'

/** A stretch of time, in seconds since 1970. */
export type Span = readonly [from: number, to: number]

export interface TimelinePlotsOptions {
  /** Whose alerts are marked. */
  readonly columns: () => TimelineColumns
  /** Records a second that the scale goes up to at least. */
  readonly leastPerSecond: number
  readonly onCursor: (index: number | null) => void
  readonly onZoom: (from: number, to: number) => void
  readonly onReset: () => void
}

const NARROW_PX = 600

/** Records and scores over time, one above the other: the same lines in the same colours on every page. */
export class TimelinePlots {
  readonly #records: TimePlot
  readonly #scores: TimePlot

  constructor({ columns, leastPerSecond, onCursor, onZoom, onReset }: TimelinePlotsOptions) {
    const common = { onCursor, onZoom, onReset }
    this.#records = new TimePlot({
      ...common,
      host: elementOf('plot-records', HTMLElement),
      label: 'records a second',
      lines: [
        { label: 'records', color: ({ normal }) => normal, filled: true },
        { label: 'odd', color: ({ anomalous }) => anomalous },
      ],
      height: () => (innerWidth < NARROW_PX ? 140 : 170),
      range: (_, most) => [0, Math.max(leastPerSecond, most * 1.18)],
      times: false,
      draw: (plot, theme) => drawAlertMarks(plot, theme, columns()),
    })
    this.#scores = new TimePlot({
      ...common,
      host: elementOf('plot-scores', HTMLElement),
      label: 'score',
      lines: [
        { label: 'median', color: ({ normal }) => normal },
        { label: '99 %', color: ({ ink }) => ink },
        { label: 'threshold', color: ({ anomalous }) => anomalous, dash: [5, 4] },
      ],
      height: () => (innerWidth < NARROW_PX ? 165 : 190),
      range: (least, most) => [Math.min(0.3, least), Math.max(0.7, most + 0.03)],
      times: true,
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#records.retheme()
      this.#scores.retheme()
    })
  }

  /** @param secondsOf how long a bucket has lasted */
  show(columns: TimelineColumns, secondsOf: (index: number) => number, span: Span): void {
    const { time, records, odd, score_median: median, score_p99: p99, threshold } = columns
    const perSecond = (counts: readonly number[]): number[] => counts.map((n, i) => n / secondsOf(i))
    this.#records.show([time, perSecond(records), perSecond(odd)], span)
    this.#scores.show([time, median, p99, threshold], span)
  }

  /** Puts the cursor at a bucket; nowhere for null. */
  point(index: number | null): void {
    this.#records.point(index)
    this.#scores.point(index)
  }
}

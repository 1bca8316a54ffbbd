import type { TimelineColumns } from '../../src/activity/timeline-columns.js'
import { drawAlertMarks } from '../dashboard/charts/alert-marks.js'
import { TimePlot } from '../dashboard/charts/time-plot.js'
import { count } from '../dashboard/words.js'
import { created, elementOf } from '../shared/page-elements.js'

type Span = readonly [from: number, to: number]

/** Records and scores over the whole time, which can be zoomed. */
export class Timeline {
  readonly #columns: TimelineColumns
  readonly #records: TimePlot
  readonly #scores: TimePlot
  readonly #readout = elementOf('readout', HTMLElement)
  #span: Span

  constructor(columns: TimelineColumns) {
    this.#columns = columns
    this.#span = this.#whole()
    const common = {
      onCursor: (index: number | null) => this.#read(index),
      onZoom: (from: number, to: number) => this.#show([from, to]),
      onReset: () => this.#show(this.#whole()),
    }
    this.#records = new TimePlot({
      ...common,
      host: elementOf('plot-records', HTMLElement),
      label: 'records a second',
      lines: [
        { label: 'records', color: ({ normal }) => normal, filled: true },
        { label: 'odd', color: ({ anomalous }) => anomalous },
      ],
      height: () => 170,
      range: (_, most) => [0, Math.max(most * 1.18, Number.MIN_VALUE)],
      times: false,
      draw: (plot, theme) => drawAlertMarks(plot, theme, columns),
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
      height: () => 190,
      range: (least, most) => [Math.min(0.3, least), Math.max(0.7, most + 0.03)],
      times: true,
    })
    elementOf('whole', HTMLButtonElement).addEventListener('click', () => this.#show(this.#whole()))
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#records.retheme()
      this.#scores.retheme()
    })
    this.#show(this.#span)
    this.#read(null)
  }

  #whole(): Span {
    const { time, step } = this.#columns
    return [time[0] ?? 0, (time.at(-1) ?? 0) + step]
  }

  #show(span: Span): void {
    const { time, step, records, odd, score_median: median, score_p99: p99, threshold } = this.#columns
    const perSecond = (counts: readonly number[]) => counts.map((n) => n / step)
    this.#span = span
    this.#records.show([time, perSecond(records), perSecond(odd)], span)
    this.#scores.show([time, median, p99, threshold], span)
  }

  /** What stands at the cursor; without one, how wide a bucket is. */
  #read(index: number | null): void {
    const { time, step, records, odd, observe, throttle, freeze } = this.#columns
    const at = index === null ? undefined : time[index]
    const figures: [string, string][] =
      index === null || at === undefined
        ? [['a point is', `${count(step)} s`]]
        : [
            ['from', new Date(1000 * at).toISOString().slice(0, 19).replace('T', ' ')],
            ['records', count(records[index] ?? 0)],
            ['odd', count(odd[index] ?? 0)],
            ['observe', count(observe[index] ?? 0)],
            ['throttle', count(throttle[index] ?? 0)],
            ['freeze', count(freeze[index] ?? 0)],
          ]
    this.#readout.replaceChildren(
      ...figures.map(([name, value]) => {
        const figure = created('div')
        figure.append(created('dt', '', name), created('dd', '', value))
        return figure
      }),
    )
  }
}

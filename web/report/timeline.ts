import type { TimelineColumns } from '../../src/activity/timeline-columns.js'
import { type Span, TimelinePlots } from '../dashboard/charts/timeline-plots.js'
import { count } from '../dashboard/words.js'
import { created, elementOf } from '../shared/page-elements.js'

/** Records and scores over the whole time, which can be zoomed. */
export class Timeline {
  readonly #columns: TimelineColumns
  readonly #plots: TimelinePlots
  readonly #readout = elementOf('readout', HTMLElement)

  constructor(columns: TimelineColumns) {
    this.#columns = columns
    this.#plots = new TimelinePlots({
      columns: () => columns,
      leastPerSecond: Number.MIN_VALUE,
      onCursor: (index) => this.#read(index),
      onZoom: (from, to) => this.#show([from, to]),
      onReset: () => this.#show(this.#whole()),
    })
    elementOf('whole', HTMLButtonElement).addEventListener('click', () => this.#show(this.#whole()))
    this.#show(this.#whole())
    this.#read(null)
  }

  #whole(): Span {
    const { time, step } = this.#columns
    return [time[0] ?? 0, (time.at(-1) ?? 0) + step]
  }

  #show(span: Span): void {
    this.#plots.show(this.#columns, () => this.#columns.step, span)
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

import type { TimelineColumns } from '../../../src/activity/timeline-columns.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { secondsOf } from '../timeline-data.js'
import { counted } from '../words.js'

const NAMES = [
  'Time',
  'Records a second',
  'Odd',
  'Alerts',
  'Median score',
  '99 % below',
  'Threshold',
] as const
const COLOURED: Readonly<Record<string, string>> = {
  'Records a second': 'records',
  Odd: 'odd',
  'Median score': 'median',
  '99 % below': 'p99',
  Threshold: 'threshold',
}

/** The figures of one bucket beside their colours: of the one that is pointed at, else of the newest. */
export class Readout {
  readonly #values: readonly HTMLElement[]

  constructor() {
    const host = elementOf('readout', HTMLElement)
    this.#values = NAMES.map((name) => {
      const entry = created('div')
      const label = created('dt', '', name)
      const kind = COLOURED[name]
      if (kind !== undefined) label.prepend(created('i', `key ${kind}`))
      const value = created('dd', '', '–')
      entry.append(label, value)
      host.append(entry)
      return value
    })
  }

  show(columns: TimelineColumns, index: number | null, nowSeconds: number): void {
    const values = figuresOf(columns, index ?? columns.time.length - 1, nowSeconds)
    for (const [i, element] of this.#values.entries()) {
      const text = values[i] ?? '–'
      if (element.textContent !== text) element.textContent = text
    }
  }

  /** The same for a screen reader. */
  sentence(columns: TimelineColumns, index: number, nowSeconds: number): string {
    const [time, records, odd, alerts, median, p99] = figuresOf(columns, index, nowSeconds)
    return `${time}: ${records} records a second, ${odd} odd, ${alerts}, median score ${median}, 99 percent below ${p99}`
  }
}

function figuresOf(columns: TimelineColumns, i: number, nowSeconds: number): string[] {
  const time = columns.time[i]
  if (time === undefined) return []
  const at = (counts: readonly number[]): number => counts[i] ?? 0
  const score = (scores: readonly (number | null)[]): string => scores[i]?.toFixed(2) ?? '–'
  const alerts = at(columns.observe) + at(columns.throttle) + at(columns.freeze)
  return [
    new Date(1000 * time).toLocaleTimeString(),
    (at(columns.records) / secondsOf(columns, i, nowSeconds)).toLocaleString('en', {
      maximumFractionDigits: 1,
    }),
    at(columns.odd).toLocaleString('en'),
    counted(alerts, 'alert'),
    score(columns.score_median),
    score(columns.score_p99),
    score(columns.threshold),
  ]
}

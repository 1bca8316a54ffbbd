import { bar, line, type Theme, text } from './svg.js'

export interface Bar {
  label: string
  value: number
  /** What stands at the end of the bar. */
  shown: string
  own: boolean
}

export interface BarPanel {
  title: string
  note: string
  bars: readonly Bar[]
  /** Where values lie orders of magnitude apart. */
  logarithmic?: boolean
}

const LABEL_WIDTH = 190
const SHOWN_WIDTH = 110
const ROW_HEIGHT = 22
const HEAD_HEIGHT = 44

export function panelHeight({ bars }: BarPanel): number {
  return HEAD_HEIGHT + bars.length * ROW_HEIGHT + 16
}

/** Horizontal bars under a title, all from the same left edge. */
export function barPanel(panel: BarPanel, top: number, width: number, theme: Theme): string[] {
  const { title, note, bars, logarithmic = false } = panel
  const longest = width - LABEL_WIDTH - SHOWN_WIDTH
  const scale = scaleOf(
    bars.map(({ value }) => value),
    logarithmic,
  )
  const marks = [
    text(0, top + 16, title, { fill: theme.ink, size: 14, weight: 600 }),
    text(0, top + 33, note, { fill: theme.faint, size: 11 }),
  ]
  for (const [i, { label, value, shown, own }] of bars.entries()) {
    const y = top + HEAD_HEIGHT + i * ROW_HEIGHT
    const length = scale(value) * longest
    const weight = own ? 600 : 400
    marks.push(
      text(LABEL_WIDTH - 8, y + 14, label, { fill: theme.ink, anchor: 'end', weight }),
      bar(LABEL_WIDTH, y + 3, length, ROW_HEIGHT - 7, own ? theme.own : theme.other),
      text(LABEL_WIDTH + length + 6, y + 14, shown, { fill: theme.ink, weight }),
    )
  }
  const bottom = top + HEAD_HEIGHT + bars.length * ROW_HEIGHT
  marks.push(
    line(
      [
        [LABEL_WIDTH, top + HEAD_HEIGHT],
        [LABEL_WIDTH, bottom],
      ],
      theme.grid,
    ),
  )
  return marks
}

/** Share of the longest bar. A logarithmic one starts a factor of three below the least value. */
function scaleOf(values: readonly number[], logarithmic: boolean): (value: number) => number {
  const most = Math.max(...values)
  if (!logarithmic) return (value) => value / most
  const origin = Math.min(...values) / 3
  return (value) => Math.log(value / origin) / Math.log(most / origin)
}

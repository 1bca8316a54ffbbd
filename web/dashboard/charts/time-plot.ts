import uPlot from 'uplot'
import { axisValue, type ChartTheme, chartTheme, themedAxis } from '../../shared/chart-theme.js'

/** A line over time. */
export interface Line {
  readonly label: string
  readonly color: (theme: ChartTheme) => string
  readonly width?: number
  readonly dash?: readonly number[]
  readonly filled?: boolean
}

export interface TimePlotOptions {
  readonly host: HTMLElement
  readonly label: string
  readonly lines: readonly Line[]
  readonly height: () => number
  /** Lowest and highest value shown. */
  readonly range: (least: number, most: number) => readonly [number, number]
  readonly times: boolean
  readonly onCursor: (index: number | null) => void
  readonly onZoom: (from: number, to: number) => void
  readonly onReset: () => void
  readonly draw?: (plot: uPlot, theme: ChartTheme) => void
}

/** All plots of the page share their cursor. */
const SYNC = uPlot.sync('timeline')

/** Lines over time, which can be zoomed by dragging; the page decides what is shown then. */
export class TimePlot {
  readonly #options: TimePlotOptions
  #plot: uPlot | null = null
  #data: uPlot.AlignedData = [[]]

  constructor(options: TimePlotOptions) {
    this.#options = options
    new ResizeObserver(() => {
      const { host, height } = options
      const width = host.clientWidth
      if (this.#plot !== null && width > 0 && this.#plot.width !== width)
        this.#plot.setSize({ width, height: height() })
    }).observe(options.host)
  }

  /** @param span the first and last second that is shown */
  show(data: uPlot.AlignedData, span: readonly [number, number]): void {
    this.#data = data
    if (this.#plot === null) this.#plot = this.#create()
    else this.#plot.setData(data, false)
    this.#plot.setScale('x', { min: span[0], max: span[1] })
  }

  /** Puts the cursor on a point; null takes it away. */
  point(index: number | null): void {
    const plot = this.#plot
    if (plot === null) return
    const time = index === null ? undefined : this.#data[0]?.[index]
    const left = time === undefined ? -10 : plot.valToPos(time as number, 'x')
    plot.setCursor({ left, top: time === undefined ? -10 : plot.over.clientHeight / 2 })
  }

  retheme(): void {
    const { scales } = this.#plot ?? {}
    this.#plot?.destroy()
    this.#plot = null
    const { min, max } = scales?.x ?? {}
    if (min != null && max != null) this.show(this.#data, [min, max])
  }

  #create(): uPlot {
    const { host, label, lines, height, range, times, onCursor, onZoom, onReset, draw } = this.#options
    const theme = chartTheme()
    return new uPlot(
      {
        width: host.clientWidth,
        height: height(),
        legend: { show: false },
        padding: [8, 8, 0, 0],
        scales: {
          x: { time: true, auto: false },
          y: { range: (_, least, most) => [...range(least ?? 0, most ?? 0)] },
        },
        series: [
          {},
          ...lines.map(({ color, width = 1.5, dash, filled }) => ({
            stroke: color(theme),
            width,
            ...(dash === undefined ? {} : { dash: [...dash] }),
            ...(filled === true ? { fill: `${color(theme)}22` } : {}),
            points: { show: false },
            spanGaps: false,
          })),
        ],
        axes: [
          {
            ...themedAxis(theme, ''),
            label: '',
            labelSize: 0,
            size: times ? 28 : 6,
            values: times ? (_: uPlot, splits: number[]) => splits.map(clock) : () => [],
          },
          themedAxis(theme, label, { size: 48, labelSize: 20, values: (_, splits) => splits.map(axisValue) }),
        ],
        cursor: {
          sync: { key: SYNC.key, setSeries: false },
          drag: { x: true, y: false, setScale: false },
          points: { size: 6 },
          y: false,
          bind: {
            dblclick: () => () => {
              onReset()
              return null
            },
          },
        },
        hooks: {
          setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
          setSelect: [
            (plot) => {
              const { left, width } = plot.select
              if (width < 4) return
              onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
              plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
            },
          ],
          ...(draw === undefined ? {} : { draw: [(plot: uPlot) => draw(plot, theme)] }),
        },
      },
      this.#data,
      host,
    )
  }
}

/** A time for the axis: hours and minutes, and seconds alone between them. */
function clock(seconds: number): string {
  const date = new Date(1000 * seconds)
  return date.getSeconds() === 0 ? CLOCK.format(date) : `:${String(date.getSeconds()).padStart(2, '0')}`
}

const CLOCK = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

import uPlot from 'uplot'
import { axisValue, chartTheme, themedAxis } from '../../shared/chart-theme.js'
import { drawPoints, nearestPoint, type ScatterData } from './points.js'

/** A grid of places in the plot, in the units of the data. */
export interface FieldGrid {
  readonly xs: Float64Array
  readonly ys: Float64Array
}

const COLUMNS = 120
const ROWS = 80
const FIELD_OPACITY = 0.42

/** Two features of every row, coloured by score; behind them, the score of every place of the plot. */
export class ScatterChart {
  readonly #host: HTMLElement
  readonly #onField: (grid: FieldGrid) => Promise<Float64Array>
  readonly #onPoint: (row: number | null) => void
  readonly #field = document.createElement('canvas')
  #data: ScatterData | null = null
  #plot: uPlot | null = null
  readonly #mark = document.createElement('i')
  #drawn = false

  /**
   * @param onField asked for the scores of a grid, ys by xs
   * @param onPoint told which row the pointer is at
   */
  constructor(
    host: HTMLElement,
    onField: (grid: FieldGrid) => Promise<Float64Array>,
    onPoint: (row: number | null) => void,
  ) {
    this.#host = host
    this.#onField = onField
    this.#onPoint = onPoint
    this.#mark.className = 'mark'
    this.#field.width = COLUMNS
    this.#field.height = ROWS
    new ResizeObserver(() => this.#resize()).observe(host)
  }

  show(data: ScatterData): void {
    this.#data = data
    this.#drawn = false
    this.#plot?.destroy()
    this.#plot = this.#create(data)
  }

  /** Colours and labels of other scores for the same points. */
  relabel(anomalous: Uint8Array): void {
    if (this.#data) this.#data = { ...this.#data, anomalous }
    this.#plot?.redraw(false)
  }

  /** Puts a ring around a row: an element over the plot, so that no row has to be drawn again. */
  mark(row: number | null): void {
    this.#mark.remove()
    if (row === null || this.#plot === null || this.#data === null) return
    this.#mark.style.left = `${this.#plot.valToPos(this.#data.xs[row] as number, 'x')}px`
    this.#mark.style.top = `${this.#plot.valToPos(this.#data.ys[row] as number, 'y')}px`
    this.#plot.over.append(this.#mark)
  }

  retheme(): void {
    if (this.#data) this.show(this.#data)
  }

  #create(data: ScatterData): uPlot {
    const theme = chartTheme()
    const order = Float64Array.from(data.xs.keys()).sort(
      (a, b) => (data.xs[a] as number) - (data.xs[b] as number),
    )
    const sorted = (values: Float64Array) => Float64Array.from(order, (row) => values[row] as number)
    const values = (_: uPlot, splits: number[]) =>
      splits.map((value) => (value === null ? '' : axisValue(value)))
    const grid = { ...themedAxis(theme, '').grid, ...(data.logarithmic && { filter: decades }) }
    return new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        scales: { x: scaleOf(data.xs, data.logarithmic), y: scaleOf(data.ys, data.logarithmic) },
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: [
          themedAxis(theme, data.xName, { values, grid, size: 44 }),
          themedAxis(theme, data.yName, { values, grid, size: 58 }),
        ],
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        hooks: {
          // Only now does the plot know its scales, and so which places it shows.
          ready: [(plot) => void this.#fetchField(plot)],
          setSize: [(plot) => queueMicrotask(() => void this.#fetchField(plot))],
          drawClear: [(plot) => this.#drawField(plot)],
          draw: [(plot) => this.#data && drawPoints(plot, this.#data, theme)],
          setCursor: [(plot) => this.#data && this.#onPoint(nearestPoint(plot, this.#data))],
        },
      },
      [sorted(data.xs), sorted(data.ys)],
      this.#host,
    )
  }

  #drawField(plot: uPlot): void {
    if (!this.#drawn) return
    const { left, top, width, height } = plot.bbox
    plot.ctx.save()
    plot.ctx.globalAlpha = FIELD_OPACITY
    plot.ctx.imageSmoothingEnabled = true
    plot.ctx.imageSmoothingQuality = 'high'
    plot.ctx.drawImage(this.#field, left, top, width, height)
    plot.ctx.restore()
  }

  async #fetchField(plot: uPlot): Promise<void> {
    const data = this.#data
    if (plot !== this.#plot || data === null) return
    const { clientWidth, clientHeight } = plot.over
    const xs = Float64Array.from({ length: COLUMNS }, (_, i) =>
      plot.posToVal(((i + 0.5) / COLUMNS) * clientWidth, 'x'),
    )
    const ys = Float64Array.from({ length: ROWS }, (_, i) =>
      plot.posToVal(((i + 0.5) / ROWS) * clientHeight, 'y'),
    )
    const scores = await this.#onField({ xs, ys })
    // Another plot may stand here by now.
    if (plot !== this.#plot) return
    const image = new ImageData(COLUMNS, ROWS)
    scores.forEach((score, index) => {
      image.data.set([...data.colors.rgb(score), 255], 4 * index)
    })
    this.#field.getContext('2d')?.putImageData(image, 0, 0)
    this.#drawn = true
    plot.redraw(false)
  }

  #resize(): void {
    const size = this.#size()
    if (this.#plot === null || size.width === this.#plot.width) return
    this.#plot.setSize(size)
  }

  #size(): { width: number; height: number } {
    const width = this.#host.clientWidth
    return { width, height: Math.round(Math.min(460, Math.max(300, width * 0.62))) }
  }
}

/** Logarithmic where every value allows it, else symmetric about zero. */
function scaleOf(values: Float64Array, logarithmic: boolean): uPlot.Scale {
  if (!logarithmic) return { time: false, range: padded }
  const positive = values.every((value) => value > 0)
  return positive ? { time: false, distr: 3 } : { time: false, distr: 4 }
}

/** Of a logarithmic axis, lines at powers of ten alone. */
function decades(_: uPlot, splits: number[]): (number | null)[] {
  return splits.map((value) => {
    const power = Math.log10(Math.abs(value))
    return value === 0 || Math.abs(power - Math.round(power)) < 1e-9 ? value : null
  })
}

function padded(_: uPlot, least: number, most: number): uPlot.Range.MinMax {
  const margin = (most - least || 1) * 0.05
  return [least - margin, most + margin]
}

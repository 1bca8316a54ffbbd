import uPlot from 'uplot'
import { axisValue, chartTheme, themedAxis } from '../../shared/chart-theme.js'

const BINS = 48
const HEIGHT = 240

/** How many rows have which score, and where the threshold parts them. */
export class HistogramChart {
  readonly #host: HTMLElement
  #plot: uPlot | null = null
  #scores: Float64Array = new Float64Array()
  #threshold = 0.5

  constructor(host: HTMLElement) {
    this.#host = host
    new ResizeObserver(() => {
      const width = host.clientWidth
      if (this.#plot && this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT })
    }).observe(host)
  }

  show(scores: Float64Array, threshold: number): void {
    this.#scores = scores
    this.#threshold = threshold
    this.retheme()
  }

  retheme(): void {
    if (this.#scores.length === 0) return
    const theme = chartTheme()
    const { centers, all, normal, width } = countBins(this.#scores, this.#threshold)
    const paths = uPlot.paths.bars?.({ size: [0.92, Number.POSITIVE_INFINITY] })
    const bars = paths ? { paths, points: { show: false } } : {}
    this.#plot?.destroy()
    this.#plot = new uPlot(
      {
        width: this.#host.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: (_, least, most) => [least - width, most + width] },
          y: { range: (_, __, most) => [0, most * 1.08] },
        },
        // The bin of the threshold holds both: anomalies stand on what is drawn over them.
        series: [{}, { ...bars, fill: theme.anomalous }, { ...bars, fill: theme.normal }],
        axes: [
          themedAxis(theme, 'anomaly score', { size: 40 }),
          themedAxis(theme, 'rows', { size: 52, values: (_, splits) => splits.map(axisValue) }),
        ],
        hooks: { draw: [(plot) => this.#drawThreshold(plot)] },
      },
      [centers, all, normal],
      this.#host,
    )
  }

  #drawThreshold({ ctx, bbox, valToPos }: uPlot): void {
    const theme = chartTheme()
    const x = valToPos(this.#threshold, 'x', true)
    const ratio = devicePixelRatio
    ctx.save()
    ctx.strokeStyle = theme.ink
    ctx.fillStyle = theme.ink
    ctx.lineWidth = 1.5 * ratio
    ctx.setLineDash([5 * ratio, 4 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.font = theme.font.replace('12px', `${12 * ratio}px`)
    const left = x > bbox.left + bbox.width / 2
    ctx.textAlign = left ? 'right' : 'left'
    ctx.textBaseline = 'top'
    ctx.fillText(`threshold ${this.#threshold.toFixed(3)}`, x + (left ? -6 : 6) * ratio, bbox.top + 4 * ratio)
    ctx.restore()
  }
}

function countBins(scores: Float64Array, threshold: number) {
  const least = scores.reduce((a, b) => Math.min(a, b), threshold)
  const most = scores.reduce((a, b) => Math.max(a, b), threshold)
  const width = (most - least) / BINS || 1 / BINS
  const all = new Float64Array(BINS)
  const normal = new Float64Array(BINS)
  for (const score of scores) {
    const bin = Math.min(BINS - 1, Math.floor((score - least) / width))
    all[bin] = (all[bin] as number) + 1
    if (score <= threshold) normal[bin] = (normal[bin] as number) + 1
  }
  const centers = Float64Array.from({ length: BINS }, (_, bin) => least + (bin + 0.5) * width)
  return { centers, all, normal, width }
}

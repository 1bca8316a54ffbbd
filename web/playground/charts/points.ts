import type uPlot from 'uplot'
import type { ChartTheme } from '../../shared/chart-theme.js'
import type { ColorScale } from './color-scale.js'

const REACH_PX = 14
/** More points than this are drawn as small squares, and of the ordinary ones no more than that. */
const MANY = 20_000

/** Rows, by two of their features, with what a forest says of each. */
export interface ScatterData {
  readonly xName: string
  readonly yName: string
  readonly xs: Float64Array
  readonly ys: Float64Array
  readonly scores: Float64Array
  readonly anomalous: Uint8Array
  readonly colors: ColorScale
  readonly logarithmic: boolean
}

/** Draws the rows; anomalies last and as diamonds with an outline, so that colour is not all that tells them. */
export function drawPoints(plot: uPlot, data: ScatterData, theme: ChartTheme): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  const radius = (data.xs.length > MANY ? 1.2 : 2.6) * ratio
  ctx.strokeStyle = theme.ink
  ctx.lineWidth = ratio * 0.8
  for (const anomalies of [0, 1]) {
    for (let row = 0; row < data.xs.length; row++) {
      if (data.anomalous[row] !== anomalies || !isDrawn(data, row)) continue
      const x = plot.valToPos(data.xs[row] as number, 'x', true)
      const y = plot.valToPos(data.ys[row] as number, 'y', true)
      ctx.fillStyle = data.colors.css(data.scores[row] as number)
      if (anomalies === 1) diamond(ctx, x, y, radius * 1.8)
      else dot(ctx, x, y, radius)
    }
  }
  ctx.restore()
}

/** Every anomaly, and of many ordinary rows one in so many: more would be drawn over each other, and take a while. */
function isDrawn({ xs, anomalous }: ScatterData, row: number): boolean {
  return anomalous[row] === 1 || row % drawnEvery(xs.length) === 0
}

/** Of so many rows, the ordinary ones of which one is drawn. */
export function drawnEvery(nRows: number): number {
  return Math.max(1, Math.ceil(nRows / MANY))
}

/** The row nearest to the pointer, or null when none is near. */
export function nearestPoint(plot: uPlot, data: ScatterData): number | null {
  const { left = -1, top = -1 } = plot.cursor
  if (left < 0 || top < 0) return null
  let nearest: number | null = null
  let least = REACH_PX * REACH_PX
  for (let row = 0; row < data.xs.length; row++) {
    if (!isDrawn(data, row)) continue
    const dx = plot.valToPos(data.xs[row] as number, 'x') - left
    const dy = plot.valToPos(data.ys[row] as number, 'y') - top
    const distance = dx * dx + dy * dy
    if (distance < least) {
      least = distance
      nearest = row
    }
  }
  return nearest
}

function dot(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.globalAlpha = 0.75
  ctx.fillRect(x - radius / 2, y - radius / 2, radius, radius)
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.moveTo(x, y - radius)
  ctx.lineTo(x + radius, y)
  ctx.lineTo(x, y + radius)
  ctx.lineTo(x - radius, y)
  ctx.closePath()
  ctx.fill()
  ctx.stroke()
}

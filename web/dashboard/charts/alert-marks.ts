import type uPlot from 'uplot'
import type { TimelineColumns } from '../../../src/activity/timeline-columns.js'
import type { ChartTheme } from '../../shared/chart-theme.js'

const HALF = 5

/** A triangle above each bucket with alerts, in the colour of the gravest action; a freeze is filled. */
export function drawAlertMarks(plot: uPlot, theme: ChartTheme, columns: TimelineColumns): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = 1.4 * ratio
  const top = bbox.top + 2 * ratio
  for (const [i, time] of columns.time.entries()) {
    const grave = (columns.freeze[i] ?? 0) > 0
    const slow = (columns.throttle[i] ?? 0) > 0
    if (!grave && !slow && (columns.observe[i] ?? 0) === 0) continue
    const x = plot.valToPos(time + columns.step / 2, 'x', true)
    if (x < bbox.left - HALF * ratio || x > bbox.left + bbox.width + HALF * ratio) continue
    ctx.strokeStyle = ctx.fillStyle = grave ? theme.anomalous : slow ? theme.warning : theme.muted
    ctx.beginPath()
    ctx.moveTo(x - HALF * ratio, top)
    ctx.lineTo(x + HALF * ratio, top)
    ctx.lineTo(x, top + 1.7 * HALF * ratio)
    ctx.closePath()
    ctx.stroke()
    if (grave) ctx.fill()
  }
  ctx.restore()
}

import type { CalibrationLine } from '../accuracy/alerts/clean.js'
import { dot, line, picture, type Theme, text } from './svg.js'

const WIDTH = 640
const HEIGHT = 400
const PLOT = { left: 64, top: 44, right: 440, bottom: 340 }
/** Shares from the smallest to the largest that are shown, on both axes. */
const LEAST = 1e-5
const MOST = 0.3
const DECADES = [1e-4, 1e-3, 1e-2, 1e-1]
const PER_LINE = 15

/** The share asked for against the share of ordinary records that got it, both logarithmic, one line a stream. */
export function calibrationPicture(lines: readonly CalibrationLine[], footing: string, theme: Theme): string {
  const x = (value: number) => PLOT.left + share(value) * (PLOT.right - PLOT.left)
  const y = (value: number) => PLOT.bottom - share(value) * (PLOT.bottom - PLOT.top)
  const marks = [
    text(0, 16, 'Share of ordinary records with p of at most so much', {
      fill: theme.ink,
      size: 13,
      weight: 600,
    }),
    text(PLOT.right, PLOT.bottom + 34, 'asked for', { fill: theme.faint, size: 11, anchor: 'end' }),
    text(0, PLOT.top - 8, 'seen', { fill: theme.faint, size: 11 }),
  ]
  for (const decade of DECADES) {
    marks.push(
      line(
        [
          [PLOT.left, y(decade)],
          [PLOT.right, y(decade)],
        ],
        theme.grid,
      ),
      text(PLOT.left - 8, y(decade) + 4, String(decade), { fill: theme.faint, size: 11, anchor: 'end' }),
      text(x(decade), PLOT.bottom + 16, String(decade), { fill: theme.faint, size: 11, anchor: 'middle' }),
    )
  }
  // What is asked for, and twice and half of that: the goal lies between.
  for (const [factor, width] of [
    [0.5, 1],
    [1, 2],
    [2, 1],
  ] as const) {
    const ends = [LEAST * 4, MOST / 2].map((asked) => [x(asked), y(asked * factor)] as const)
    marks.push(line(ends, theme.other, width))
  }
  for (const [i, { stream, points }] of lines.entries()) {
    const drawn = points.filter(({ seen }) => seen >= LEAST)
    const places = drawn.map(({ asked, seen }) => [x(asked), y(seen)] as const)
    marks.push(line(places, theme.own, 1.5), ...places.map(([px, py]) => dot(px, py, theme.own)))
    const multiples = points.map(({ asked, seen }) => (seen / asked).toFixed(1)).join(', ')
    marks.push(
      text(PLOT.right + 16, PLOT.top + 12 + i * PER_LINE, `${stream}: ${multiples}`, {
        fill: theme.ink,
        size: 11,
      }),
    )
  }
  marks.push(
    text(PLOT.right + 16, PLOT.top - 8, 'seen / asked for, from 0.1 on', {
      fill: theme.faint,
      size: 11,
    }),
    text(0, HEIGHT - 8, footing, { fill: theme.faint, size: 11 }),
  )
  return picture(WIDTH, HEIGHT, 'How rare p says a record is, and how rare it is', marks)
}

function share(value: number): number {
  const inside = Math.min(Math.max(value, LEAST), MOST)
  return Math.log(inside / LEAST) / Math.log(MOST / LEAST)
}

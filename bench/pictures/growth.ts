import type { Cost, Shape } from '../forest/growth.js'
import { duration } from '../table.js'
import { dot, line, picture, type Theme, text } from './svg.js'

const PANEL_WIDTH = 190
const PANEL_HEIGHT = 190
const MARGIN = { left: 12, top: 40, right: 12, bottom: 34 }

const TITLES: Readonly<Record<keyof Shape, string>> = {
  nTrees: 'trees',
  subsampleSize: 'ψ',
  nFeatures: 'features',
  nRows: 'rows fitted on',
}

/** How a single score and a fit grow with each dimension: four small panels, both axes logarithmic. */
export function growthPicture(costs: readonly Cost[], footing: string, theme: Theme): string {
  const titles = Object.keys(TITLES) as (keyof Shape)[]
  const marks = titles.flatMap((grows, i) =>
    panel(
      grows,
      costs.filter((cost) => cost.grows === grows),
      extent(costs.flatMap(({ fit, single }) => [fit, single])),
      i * PANEL_WIDTH,
      theme,
    ),
  )
  marks.push(text(0, PANEL_HEIGHT + 14, footing, { fill: theme.faint, size: 11 }))
  return picture(PANEL_WIDTH * titles.length, PANEL_HEIGHT + 24, 'How cost grows', marks)
}

function panel(
  grows: keyof Shape,
  costs: readonly Cost[],
  [least, most]: [number, number],
  left: number,
  theme: Theme,
): string[] {
  const values = costs.map(({ shape }) => shape[grows])
  const [first, last] = extent(values)
  const x = (value: number) => left + MARGIN.left + share(value, first, last) * inner(PANEL_WIDTH, 'x')
  const y = (ns: number) => PANEL_HEIGHT - MARGIN.bottom - share(ns, least, most) * inner(PANEL_HEIGHT, 'y')
  const floor = PANEL_HEIGHT - MARGIN.bottom
  const marks = [
    text(left + MARGIN.left, 16, TITLES[grows], { fill: theme.ink, size: 13, weight: 600 }),
    line(
      [
        [left + MARGIN.left, floor],
        [left + PANEL_WIDTH - MARGIN.right, floor],
      ],
      theme.grid,
    ),
    text(x(first), floor + 16, first.toLocaleString('en'), { fill: theme.faint, size: 11 }),
    text(x(last), floor + 16, last.toLocaleString('en'), { fill: theme.faint, size: 11, anchor: 'end' }),
  ]
  for (const [what, colour] of [
    ['fit', theme.other],
    ['single', theme.own],
  ] as const) {
    const points = costs.map((cost) => [x(cost.shape[grows]), y(cost[what])] as const)
    marks.push(line(points, colour, 2), ...points.map(([px, py]) => dot(px, py, colour)))
    const end = costs.at(-1)
    const name = what === 'fit' ? 'fit' : 'score'
    if (end) {
      const at = y(end[what]) - 8
      marks.push(
        text(x(last), at, `${name} ${duration(end[what])}`, { fill: theme.ink, size: 11, anchor: 'end' }),
      )
    }
  }
  return marks
}

function inner(length: number, axis: 'x' | 'y'): number {
  return length - (axis === 'x' ? MARGIN.left + MARGIN.right : MARGIN.top + MARGIN.bottom)
}

function share(value: number, least: number, most: number): number {
  return least === most ? 0.5 : Math.log(value / least) / Math.log(most / least)
}

function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)]
}

import type { Contribution } from '../../../src/detector/verdict.js'
import { created } from '../../shared/page-elements.js'
import { counted, withUnit } from '../words.js'

const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 600
const HEIGHT = 44
const MIDDLE = 20

/** The last values of a feature on a line, with that of the record marked. Logarithmic where they are far apart. */
export function valueStrip(
  { feature, unit, value }: Contribution,
  recent: readonly number[],
  route: string,
): HTMLElement {
  const figure = created('figure', 'value-strip')
  const all = [...recent, value]
  const least = Math.min(...all)
  const most = Math.max(...all)
  const scale = scaleOf(least, most)
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(line('axis', 0, WIDTH, MIDDLE, MIDDLE))
  for (const each of recent) svg.append(line('value', scale(each), scale(each), MIDDLE - 9, MIDDLE + 9))
  svg.append(line('record', scale(value), scale(value), 2, HEIGHT - 2))
  const ends = created('p', 'ends')
  ends.append(created('span', '', withUnit(least, unit)), created('span', '', withUnit(most, unit)))
  const caption = `${feature}: ${withUnit(value, unit)} in this record (tall line), beside the last ${counted(recent.length, 'record')} of ${route}`
  figure.append(svg, ends, created('figcaption', 'note', caption))
  return figure
}

function scaleOf(least: number, most: number): (value: number) => number {
  const inner = WIDTH - 8
  if (most === least) return () => WIDTH / 2
  if (least >= 0 && most > 20 * Math.max(1, least)) {
    const top = Math.log1p(most)
    const bottom = Math.log1p(least)
    return (value) => 4 + (inner * (Math.log1p(value) - bottom)) / (top - bottom)
  }
  return (value) => 4 + (inner * (value - least)) / (most - least)
}

function line(kind: string, x1: number, x2: number, y1: number, y2: number): SVGLineElement {
  const element = document.createElementNS(SVG, 'line')
  element.setAttribute('class', kind)
  for (const [name, at] of Object.entries({ x1, x2, y1, y2 })) element.setAttribute(name, String(at))
  return element
}

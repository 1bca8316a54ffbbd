import type { Detail } from '../../../src/anomalies/detail.js'
import { bitsChart } from '../../shared/bits-chart.js'
import { created } from '../../shared/page-elements.js'
import { percent, withUnit } from '../words.js'

const LEAST_WIDTH = 0.1

/** What each feature adds to the score, and its value beside what is usual. */
export function contributionsView({ contributions, exceeded, score, threshold }: Detail): HTMLElement {
  const view = created('div', 'bits-view')
  if (contributions.length === 0) {
    const [rule] = exceeded
    const text =
      rule === undefined
        ? 'No forest has judged it.'
        : `Beyond a static limit: ${rule.feature} ${withUnit(rule.value, rule.unit)}, allowed ${withUnit(rule.limit, rule.unit)}.`
    view.append(created('p', 'note', text))
    return view
  }
  const widest = Math.max(LEAST_WIDTH, ...contributions.map(({ bits }) => Math.abs(bits)))
  const chart = created('div', 'bits-chart')
  chart.append(
    ...bitsChart(
      contributions.map(({ feature, unit, value, bits }) => ({
        name: feature,
        value: withUnit(value, unit),
        bits,
      })),
      widest,
    ),
  )
  const limit = threshold === null ? '' : `, threshold ${threshold.toFixed(3)}`
  view.append(
    chart,
    created('p', 'note', `In bits: right pushes towards anomaly. Score ${score.toFixed(3)}${limit}.`),
  )
  view.append(usualTable(contributions))
  return view
}

function usualTable(contributions: Detail['contributions']): HTMLTableElement {
  const table = created('table', 'usual')
  const head = created('tr')
  head.append(...['Feature', 'Value', 'Median', 'Above'].map((name) => heading(name, 'col')))
  const thead = created('thead')
  thead.append(head)
  const body = created('tbody')
  for (const { feature, unit, value, median, percentile } of contributions) {
    const row = created('tr')
    row.append(
      heading(feature, 'row'),
      created('td', '', withUnit(value, unit)),
      created('td', '', withUnit(median, unit)),
      created('td', '', percent(percentile / 100)),
    )
    body.append(row)
  }
  table.append(thead, body)
  return table
}

function heading(text: string, scope: 'row' | 'col'): HTMLTableCellElement {
  const cell = created('th', '', text)
  cell.scope = scope
  return cell
}

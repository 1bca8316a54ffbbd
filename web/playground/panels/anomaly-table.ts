import { bitsChart } from '../../shared/bits-chart.js'
import { created, elementOf, formatted } from '../../shared/page-elements.js'
import type { ColorScale } from '../charts/color-scale.js'
import type { NumberColumn, Table } from '../data/table.js'
import type { RankedRow } from '../fit/orders.js'

/** Features shown of a row, the weightiest. */
const SHOWN = 6

/** The most anomalous rows, and what each value adds to its row's score. */
export class AnomalyTable {
  readonly #body = elementOf('anomalies', HTMLTableSectionElement)
  readonly #onMark: (row: number | null) => void

  /** @param onMark told which row is pointed at or has the focus */
  constructor(onMark: (row: number | null) => void) {
    this.#onMark = onMark
  }

  show(
    table: Table,
    features: readonly NumberColumn[],
    ranked: readonly RankedRow[],
    colors: ColorScale,
  ): void {
    const widest = Math.max(...ranked.flatMap(({ contributions }) => [...contributions].map(Math.abs)), 0.1)
    this.#body.replaceChildren(
      ...ranked.map((one) => {
        const row = created('tr')
        const score = created('td', 'score')
        const chip = created('span', 'chip')
        chip.style.backgroundColor = colors.css(one.score)
        score.append(chip, created('span', '', one.score.toFixed(3)))
        row.append(
          this.#line(table, one.row),
          score,
          created('td', 'confidence', `${Math.round(100 * one.confidence)} %`),
          contributionsCell(features, one, widest),
        )
        row.addEventListener('pointerenter', () => this.#onMark(one.row))
        row.addEventListener('pointerleave', () => this.#onMark(null))
        return row
      }),
    )
  }

  #line(table: Table, row: number): HTMLTableCellElement {
    const cell = created('th')
    cell.scope = 'row'
    const line = table.lines[row] as number
    const button = created('button', 'line', String(line))
    button.type = 'button'
    button.setAttribute('aria-label', `Line ${line}: mark it in the chart`)
    button.addEventListener('focus', () => this.#onMark(row))
    button.addEventListener('blur', () => this.#onMark(null))
    const text = table.texts[0]?.values[row] ?? ''
    cell.append(button, created('span', 'text', text))
    return cell
  }
}

function contributionsCell(
  features: readonly NumberColumn[],
  { row, contributions }: RankedRow,
  widest: number,
): HTMLTableCellElement {
  const cell = created('td', 'contributions')
  const entries = features.map(({ name, values }, feature) => ({
    name,
    value: formatted(values[row] as number),
    bits: contributions[feature] as number,
  }))
  cell.append(...bitsChart(entries, widest).slice(0, SHOWN))
  return cell
}

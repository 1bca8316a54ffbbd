import type { Contamination } from 'codeflow-sentinel/forest'
import { MAX_FEATURES } from '../../src/forest/shape-limits.js'
import { elementOf, formatted } from '../shared/page-elements.js'
import { ColorScale } from './charts/color-scale.js'
import { HistogramChart } from './charts/histogram-chart.js'
import { drawnEvery } from './charts/points.js'
import { ScatterChart } from './charts/scatter-chart.js'
import { type GapChoice, withoutGaps } from './data/gaps.js'
import type { NumberColumn, Table } from './data/table.js'
import { Fitter } from './fit/fitter.js'
import type { FitAnswer } from './fit/orders.js'
import { AnomalyTable } from './panels/anomaly-table.js'
import { Downloads } from './panels/downloads.js'
import { FeatureAxes } from './panels/feature-axes.js'
import type { Settings } from './panels/settings-panel.js'
import { Summary } from './panels/summary.js'
import { TimingPanel } from './panels/timing-panel.js'

export interface ResultsListener {
  readonly onProgress: (treesGrown: number, nTrees: number) => void
  readonly onStatus: (status: string, failed?: boolean) => void
}

/** What a fit gave, in charts, tables and files. */
export class Results {
  readonly #listener: ResultsListener
  readonly #fitter = new Fitter()
  readonly #axes = new FeatureAxes(() => this.#showScatter())
  readonly #scatter = new ScatterChart(
    elementOf('scatter', HTMLElement),
    async ({ xs, ys }) => {
      const { x, y } = this.#axes.chosen()
      return (await this.#fitter.ask({ kind: 'field', xFeature: x, yFeature: y, xs, ys })).scores
    },
    (row) => this.#describe(row),
  )
  readonly #histogram = new HistogramChart(elementOf('histogram', HTMLElement))
  readonly #table = new AnomalyTable((row) => this.#scatter.mark(row))
  readonly #timings = new TimingPanel()
  readonly #downloads = new Downloads()
  readonly #summary = new Summary()
  readonly #pointed = elementOf('pointed', HTMLElement)
  #data: Table | null = null
  /** The rows that were fitted. */
  #fitted: Table | null = null
  #features: readonly NumberColumn[] = []
  #fit: FitAnswer | null = null

  constructor(listener: ResultsListener) {
    this.#listener = listener
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#scatter.retheme()
      this.#histogram.retheme()
    })
  }

  take(table: Table): void {
    this.#data = table
    this.#fit = null
  }

  async fit(columns: readonly string[], gaps: GapChoice, settings: Settings): Promise<void> {
    const data = this.#data
    if (data === null) return
    const chosen = data.numbers.filter(({ name }) => columns.includes(name))
    if (chosen.length < 1 || chosen.length > MAX_FEATURES) {
      this.#listener.onStatus(`Choose 1 to ${MAX_FEATURES} columns.`, true)
      return
    }
    const { table, features, affected } = withoutGaps(data, chosen, gaps)
    if (table.nRows === 0) {
      this.#listener.onStatus('Every row has a gap in a chosen column: choose fewer, or fill the gaps.', true)
      return
    }
    try {
      this.#listener.onProgress(0, settings.nTrees)
      const { nRows } = table
      const order = { kind: 'fit', data: rowMajor(features, nRows), nRows, ...settings } as const
      const fit = await this.#fitter.ask(
        { ...order, nFeatures: features.length, names: features.map(({ name }) => name) },
        this.#listener.onProgress,
      )
      this.#features = features
      this.#fitted = table
      this.#fit = fit
      document.body.classList.add('fitted')
      this.#axes.offer(features)
      this.#showLabels()
      this.#showScatter()
      this.#listener.onStatus(
        `Fitted in ${fit.fitMs.toFixed(1)} ms.${aboutGaps(affected, data.nRows, gaps)}${aboutDrawn(nRows)}`,
      )
      this.#timings.show(await this.#fitter.ask({ kind: 'timings' }))
      // How many fits are there to be seen in full, for whoever drives the page.
      document.body.dataset.ready = String(Number(document.body.dataset.ready ?? 0) + 1)
    } catch (error) {
      this.#listener.onStatus(error instanceof Error ? error.message : String(error), true)
    }
  }

  /** Labels the rows by another contamination; the trees stay. */
  async moveThreshold(contamination: Contamination): Promise<void> {
    if (this.#fit === null) return
    const fit = this.#fit
    const moved = await this.#fitter.ask({ kind: 'threshold', contamination })
    if (fit !== this.#fit) return
    this.#fit = { ...fit, ...moved, kind: 'fit' }
    this.#scatter.relabel(moved.anomalous)
    this.#showLabels()
  }

  #showLabels(): void {
    const fit = this.#fit
    const table = this.#fitted
    if (fit === null || table === null) return
    const { scores, anomalous, bytes, ranked, threshold } = fit
    this.#summary.show(fit)
    this.#histogram.show(scores, threshold)
    this.#table.show(table, this.#features, ranked, colorsOf(scores))
    this.#downloads.offer({ table, features: this.#features, scores, anomalous, bytes })
  }

  #showScatter(): void {
    if (this.#fit === null) return
    const { scores, anomalous } = this.#fit
    const { x, y, logarithmic } = this.#axes.chosen()
    const [xColumn, yColumn] = [this.#features[x] as NumberColumn, this.#features[y] as NumberColumn]
    this.#scatter.show({
      xName: xColumn.name,
      yName: yColumn.name,
      xs: xColumn.values,
      ys: yColumn.values,
      scores,
      anomalous,
      colors: colorsOf(scores),
      logarithmic,
    })
  }

  #describe(row: number | null): void {
    if (row === null || this.#fit === null || this.#fitted === null) {
      this.#pointed.textContent = ''
      return
    }
    const values = this.#features.map(({ name, values }) => `${name} ${formatted(values[row] as number)}`)
    const score = (this.#fit.scores[row] as number).toFixed(3)
    this.#pointed.textContent = `Line ${this.#fitted.lines[row]}: ${values.join(', ')} · score ${score}`
  }
}

function aboutGaps(affected: number, nRows: number, choice: GapChoice): string {
  if (affected === 0) return ''
  const what = choice === 'median' ? 'had gaps, which got the median' : 'had gaps and were left out'
  return ` ${affected.toLocaleString('en')} of ${nRows.toLocaleString('en')} rows ${what}.`
}

function aboutDrawn(nRows: number): string {
  const every = drawnEvery(nRows)
  return every === 1 ? '' : ` Of the ordinary rows one in ${every} is drawn.`
}

function rowMajor(features: readonly NumberColumn[], nRows: number): Float64Array {
  const data = new Float64Array(nRows * features.length)
  features.forEach(({ values }, feature) => {
    for (let row = 0; row < nRows; row++) data[row * features.length + feature] = values[row] as number
  })
  return data
}

function colorsOf(scores: Float64Array): ColorScale {
  return new ColorScale(
    scores.reduce((a, b) => Math.min(a, b)),
    scores.reduce((a, b) => Math.max(a, b)),
  )
}

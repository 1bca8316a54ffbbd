import type { HttpSeries } from '../http.js'
import type { PeerFigures } from '../peers.js'
import { quantile, type Timing } from '../race.js'
import { duration } from '../table.js'
import { type Bar, type BarPanel, barPanel, panelHeight } from './bars.js'
import { picture, type Theme, text } from './svg.js'

/** What the picture shows; a panel is left out where its part has not run. */
export interface HeadlineFigures {
  /** First the WebAssembly forest, then its rivals. */
  single?: readonly Timing[]
  peers?: readonly PeerFigures[]
  http?: readonly HttpSeries[]
  footing: string
}

const WIDTH = 760
const CONNECTIONS = 16

export function headlinePicture(figures: HeadlineFigures, theme: Theme): string {
  const panels = [scorePanel(figures), ...httpPanels(figures.http)].filter((panel) => panel !== null)
  const marks: string[] = []
  let top = 0
  for (const panel of panels) {
    marks.push(...barPanel(panel, top, WIDTH, theme))
    top += panelHeight(panel)
  }
  marks.push(text(0, top + 12, figures.footing, { fill: theme.faint, size: 11 }))
  return picture(WIDTH, top + 20, 'What a record costs', marks)
}

function scorePanel({ single = [], peers = [] }: HeadlineFigures): BarPanel | null {
  if (single.length === 0) return null
  const bars: Bar[] = single.map(({ name, median }) => ({
    label: name,
    value: median,
    shown: duration(median),
    own: name.startsWith('wasm'),
  }))
  for (const { name, version, costs } of peers) {
    if (version === null) continue
    const ns = quantile(costs.single, 0.5)
    bars.push({ label: name.replace('_', '-'), value: ns, shown: duration(ns), own: false })
  }
  return {
    title: 'Score one row',
    note: '100 trees, ψ 256, 3 features, fitted on 1,000 rows; logarithmic, shorter is better',
    bars,
    logarithmic: true,
  }
}

function httpPanels(http: readonly HttpSeries[] = []): BarPanel[] {
  const series = http.filter(({ connections }) => connections === CONNECTIONS)
  if (series.length === 0) return []
  const bars = (field: 'perSecond' | 'p99Ms', shown: (value: number) => string): Bar[] =>
    series.map(({ name, rounds }) => {
      const value = quantile(
        rounds.map((round) => round[field]),
        0.5,
      )
      return { label: name, value, shown: shown(value), own: name.startsWith('sentinel') }
    })
  const note = `${CONNECTIONS} connections, server and load generator on the same machine, alternating`
  return [
    {
      title: 'POST /analyze-flow: requests a second',
      note: `${note}; longer is better`,
      bars: bars('perSecond', (value) => Math.round(value).toLocaleString('en')),
    },
    {
      title: 'POST /analyze-flow: p99 latency',
      note: `${note}; shorter is better`,
      bars: bars('p99Ms', (value) => duration(value * 1e6)),
    },
  ]
}

import type uPlot from 'uplot'

export interface ChartTheme {
  readonly ink: string
  readonly muted: string
  readonly grid: string
  readonly surface: string
  readonly normal: string
  readonly anomalous: string
  readonly warning: string
  readonly font: string
}

/** The page's colours as a canvas needs them; they differ between light and dark. */
export function chartTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(name).trim()
  return {
    ink: color('--ink'),
    muted: color('--muted'),
    grid: color('--grid'),
    surface: color('--surface'),
    normal: color('--normal'),
    anomalous: color('--anomalous'),
    warning: color('--warning'),
    font: `12px ${color('--sans')}`,
  }
}

/** An axis in those colours. */
export function themedAxis(theme: ChartTheme, label: string, axis: uPlot.Axis = {}): uPlot.Axis {
  return {
    label,
    labelFont: theme.font,
    labelSize: 24,
    font: theme.font,
    stroke: theme.muted,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.grid, width: 1, size: 5 },
    ...axis,
  }
}

/** Short numbers for axes: 1.2k, 30M; scientific where that is shorter. */
export function axisValue(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(0)
  return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })
}

/** Colours of a picture on a light or on a dark page. */
export interface Theme {
  name: 'light' | 'dark'
  ink: string
  faint: string
  grid: string
  /** What the picture is about. */
  own: string
  /** What it is compared with. */
  other: string
}

export const themes: readonly Theme[] = [
  { name: 'light', ink: '#1f2328', faint: '#59636e', grid: '#d1d9e0', own: '#0969da', other: '#9aa4af' },
  { name: 'dark', ink: '#f0f6fc', faint: '#9198a1', grid: '#3d444d', own: '#4493f8', other: '#656c76' },
]

const FONT = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"

export function picture(width: number, height: number, title: string, marks: readonly string[]): string {
  return [
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${width} ${height}' width='${width}' height='${height}' role='img' ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n')
}

export interface TextStyle {
  fill: string
  size?: number
  weight?: 400 | 600
  anchor?: 'start' | 'middle' | 'end'
}

export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { fill, size = 12, weight = 400, anchor = 'start' } = style
  const place = `x='${rounded(x)}' y='${rounded(y)}' text-anchor='${anchor}'`
  return `<text ${place} font-size='${size}' font-weight='${weight}' fill='${fill}'>${escaped(content)}</text>`
}

export function bar(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x='${rounded(x)}' y='${rounded(y)}' width='${rounded(Math.max(width, 1))}' height='${rounded(height)}' rx='2' fill='${fill}'/>`
}

export function line(points: readonly (readonly [number, number])[], stroke: string, width = 1): string {
  const path = points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' ')
  return `<polyline points='${path}' fill='none' stroke='${stroke}' stroke-width='${width}'/>`
}

export function dot(x: number, y: number, fill: string): string {
  return `<circle cx='${rounded(x)}' cy='${rounded(y)}' r='3' fill='${fill}'/>`
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

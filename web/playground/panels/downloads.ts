import { elementOf } from '../../shared/page-elements.js'
import type { NumberColumn, Table } from '../data/table.js'

export interface Downloadable {
  readonly table: Table
  readonly features: readonly NumberColumn[]
  readonly scores: Float64Array
  readonly anomalous: Uint8Array
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The fitted forest as bytes, and the scores of its rows as CSV. */
export class Downloads {
  readonly #forest = elementOf('download-forest', HTMLButtonElement)
  readonly #scores = elementOf('download-scores', HTMLButtonElement)
  #content: Downloadable | null = null

  constructor() {
    this.#forest.addEventListener('click', () => {
      if (this.#content) save('forest.bin', new Blob([this.#content.bytes]))
    })
    this.#scores.addEventListener('click', () => {
      if (this.#content) save('scores.csv', new Blob([scoresCsv(this.#content)], { type: 'text/csv' }))
    })
  }

  offer(content: Downloadable): void {
    this.#content = content
    this.#forest.disabled = false
    this.#scores.disabled = false
  }
}

/** One line a row: the file's line, the features, the score to the last bit, and 1 for an anomaly. */
export function scoresCsv({ table, features, scores, anomalous }: Downloadable): string {
  const header = ['line', ...features.map(({ name }) => quoted(name)), 'score', 'anomaly'].join(',')
  const lines = Array.from(scores, (score, row) =>
    [table.lines[row], ...features.map(({ values }) => values[row]), score, anomalous[row]].join(','),
  )
  return `${[header, ...lines].join('\n')}\n`
}

function quoted(name: string): string {
  return /[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

function save(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

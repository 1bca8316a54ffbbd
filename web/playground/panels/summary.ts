import { elementOf } from '../../shared/page-elements.js'
import type { FitAnswer } from '../fit/orders.js'

/** The fit in four numbers. */
export class Summary {
  readonly #anomalies = elementOf('summary-anomalies', HTMLElement)
  readonly #threshold = elementOf('summary-threshold', HTMLElement)
  readonly #fit = elementOf('summary-fit', HTMLElement)
  readonly #bytes = elementOf('summary-bytes', HTMLElement)

  show({ anomalous, threshold, fitMs, subsampleSize, shared, bytes }: FitAnswer): void {
    const anomalies = anomalous.reduce((sum, one) => sum + one, 0)
    write(this.#anomalies, anomalies.toLocaleString('en'), `of ${anomalous.length.toLocaleString('en')} rows`)
    write(this.#threshold, threshold.toFixed(4), 'a score above it is anomalous')
    write(this.#fit, `${fitMs.toFixed(1)} ms`, `ψ ${subsampleSize}, ${shared ? 'shared' : 'plain'} memory`)
    write(this.#bytes, `${(bytes.length / 1024).toFixed(0)} KiB`, 'the forest as bytes')
  }
}

function write(tile: HTMLElement, value: string, note: string): void {
  const [strong, small] = tile.querySelectorAll('strong, small')
  if (strong) strong.textContent = value
  if (small) small.textContent = note
}

import { created, elementOf } from '../../shared/page-elements.js'
import type { NumberColumn } from '../data/table.js'

export interface Axes {
  readonly x: number
  readonly y: number
  readonly logarithmic: boolean
}

/** A spread of this factor hides most rows of a linear axis in its corner. */
const WIDE = 50

/** Which two features the scatter shows, and how. */
export class FeatureAxes {
  readonly #x = elementOf('x-feature', HTMLSelectElement)
  readonly #y = elementOf('y-feature', HTMLSelectElement)
  readonly #logarithmic = elementOf('logarithmic', HTMLInputElement)
  #names = ''

  constructor(onChange: () => void) {
    for (const control of [this.#x, this.#y, this.#logarithmic]) control.addEventListener('change', onChange)
  }

  /** Keeps what is chosen while the features stay the same. */
  offer(features: readonly NumberColumn[]): void {
    const names = features.map(({ name }) => name).join('\n')
    if (names === this.#names) return
    this.#names = names
    for (const [select, chosen] of [
      [this.#x, 0],
      [this.#y, Math.min(1, features.length - 1)],
    ] as const) {
      select.replaceChildren(
        ...features.map(({ name }, index) => {
          const option = created('option', '', name)
          option.value = String(index)
          option.selected = index === chosen
          return option
        }),
      )
    }
    this.#logarithmic.checked = features.slice(0, 2).every(({ values }) => isWide(values))
  }

  chosen(): Axes {
    return {
      x: Number(this.#x.value),
      y: Number(this.#y.value),
      logarithmic: this.#logarithmic.checked,
    }
  }
}

function isWide(values: Float64Array): boolean {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return least > 0 && most / least > WIDE
}

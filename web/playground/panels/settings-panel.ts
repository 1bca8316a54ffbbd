import type { Contamination } from 'codeflow-sentinel/forest'
import { FOREST_DEFAULTS, FOREST_RANGES } from '../../../src/forest/options.js'
import { created, elementOf } from '../../shared/page-elements.js'

/** Rows a tree may be grown from here, besides the most there can be. */
const SUBSAMPLES = [32, 64, 128, 256, 512, 1024]

export interface Settings {
  readonly nTrees: number
  readonly subsampleSize: number
  readonly contamination: Contamination
  readonly seed: number
}

/** The forest's options, the button that fits, and how far it is. */
export class SettingsPanel {
  readonly #trees = elementOf('trees', HTMLInputElement)
  readonly #subsample = elementOf('subsample', HTMLSelectElement)
  readonly #seed = elementOf('seed', HTMLInputElement)
  readonly #contamination = elementOf('contamination', HTMLInputElement)
  readonly #shown = elementOf('contamination-shown', HTMLOutputElement)
  readonly #auto = elementOf('contamination-auto', HTMLInputElement)
  readonly #form = elementOf('settings', HTMLFormElement)
  readonly #fit = elementOf('fit', HTMLButtonElement)
  readonly #progress = elementOf('progress', HTMLProgressElement)
  readonly #status = elementOf('status', HTMLElement)

  /** @param onThreshold told of another contamination, for which no tree has to grow again */
  constructor(onFit: (settings: Settings) => void, onThreshold: (contamination: Contamination) => void) {
    offerRange(this.#trees, 'nTrees')
    offerRange(this.#seed, 'seed')
    const sizes = [...SUBSAMPLES, FOREST_RANGES.subsampleSize.most]
    this.#subsample.append(...sizes.map((size) => created('option', '', String(size))))
    this.#subsample.value = String(FOREST_DEFAULTS.subsampleSize)
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      onFit(this.settings())
    })
    for (const input of [this.#contamination, this.#auto]) {
      input.addEventListener('input', () => {
        this.#show()
        onThreshold(this.settings().contamination)
      })
    }
    this.#show()
  }

  settings(): Settings {
    return {
      nTrees: this.#trees.valueAsNumber,
      subsampleSize: Number(this.#subsample.value),
      contamination: this.#auto.checked ? 'auto' : this.#contamination.valueAsNumber,
      seed: this.#seed.valueAsNumber,
    }
  }

  /** Whether there is something to fit. */
  enable(): void {
    this.#fit.disabled = false
  }

  progress(treesGrown: number, nTrees: number): void {
    this.#fit.disabled = true
    this.#progress.hidden = false
    this.#progress.max = nTrees
    this.#progress.value = treesGrown
    this.#status.textContent = `${treesGrown} of ${nTrees} trees`
  }

  done(status: string, failed = false): void {
    this.#fit.disabled = false
    this.#status.textContent = status
    this.#status.classList.toggle('error', failed)
  }

  #show(): void {
    this.#contamination.disabled = this.#auto.checked
    const share = `${(100 * this.#contamination.valueAsNumber).toFixed(1)} %`
    this.#shown.textContent = this.#auto.checked ? 'threshold 0.5' : share
  }
}

/** Has a field take what the forest takes, and begin with its default. */
function offerRange(input: HTMLInputElement, option: 'nTrees' | 'seed'): void {
  const { least, most } = FOREST_RANGES[option]
  input.min = String(least)
  input.max = String(most)
  input.valueAsNumber = FOREST_DEFAULTS[option]
}

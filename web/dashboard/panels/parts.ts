import { arrange } from '../../shared/page-elements.js'

/** A part of a panel. */
export interface Part {
  readonly name: string
  /** All that it shows, as text: another key is another content. */
  readonly key: string
  readonly draw: () => HTMLElement
}

/** Shows parts one below the other, and draws anew only those that have changed: the focus and what is open stay. */
export class Parts {
  readonly #host: HTMLElement
  #drawn = new Map<string, { readonly key: string; readonly element: HTMLElement }>()

  constructor(host: HTMLElement) {
    this.#host = host
  }

  show(parts: readonly Part[]): void {
    const before = this.#drawn
    this.#drawn = new Map(
      parts.map(({ name, key, draw }) => {
        const known = before.get(name)
        return [name, known?.key === key ? known : { key, element: draw() }]
      }),
    )
    arrange(
      this.#host,
      [...this.#drawn.values()].map(({ element }) => element),
    )
  }
}

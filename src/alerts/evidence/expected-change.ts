import { type Captured, numbersOf, textOf } from '../captured.js'

/** A change for good that somebody announced, a deploy say: of a route, or of any, for so many of its records. */
export class ExpectedChange {
  /** Null for any route. */
  #route: string | null = null
  #left = 0

  /** The last one announced counts. */
  announce(route: string | null, records: number): void {
    this.#route = route
    this.#left = records
  }

  /** A record of a route has come. */
  count(route: string): void {
    if (this.isExpected(route)) this.#left -= 1
  }

  isExpected(route: string): boolean {
    return this.#left > 0 && (this.#route === null || this.#route === route)
  }

  capture(): Captured {
    return { any: this.#route === null, route: this.#route ?? '', left: Float64Array.of(this.#left) }
  }

  /** @throws AlertsStateError when that is no change */
  restore(captured: Captured): void {
    const route = textOf(captured, 'route')
    const [left = 0] = numbersOf(captured, 'left', 1)
    this.#route = (captured as { readonly any?: Captured }).any === false ? route : null
    this.#left = left
  }
}

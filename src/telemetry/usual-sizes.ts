import { RouteNames } from './route-names.js'

/** Routes whose sizes are remembered; the one that came first is forgotten. */
const ROUTES_MAX = 1024
/** Sizes of a route that the usual one is the median of: odd, so that it is one of them. */
const REMEMBERED = 31

interface Sizes {
  readonly last: Float64Array
  seen: number
  /** Null when it has to be worked out anew. */
  median: number | null
}

/**
 * Stands in for the size of a request where nothing says it: with the median of the last sizes of its route, so that it is
 * as ordinary as a size can be, and a mixture of requests with and without sizes does not look like one of large and empty
 * ones. Where a route never had a size it is 0 for all of them alike.
 */
export class UsualSizes {
  readonly #routes = new Map<string, Sizes>()
  readonly #names = RouteNames.plain()

  /**
   * @param route as it stands in the record
   * @param size null where it is missing
   * @returns the size, or what stands in for it
   */
  of(route: string | undefined, size: number | null): number {
    if (size === null)
      return this.#routes.size === 0 ? 0 : this.#usual(this.#routes.get(this.#names.of(route)))
    this.#remember(this.#names.of(route), size)
    return size
  }

  #usual(sizes: Sizes | undefined): number {
    if (sizes === undefined) return 0
    sizes.median ??= medianOf(sizes.last.slice(0, Math.min(sizes.seen, REMEMBERED)))
    return sizes.median
  }

  #remember(name: string, size: number): void {
    const sizes = this.#routes.get(name) ?? this.#begin(name)
    sizes.last[sizes.seen++ % REMEMBERED] = size
    sizes.median = null
  }

  #begin(name: string): Sizes {
    const [first] = this.#routes.keys()
    if (this.#routes.size >= ROUTES_MAX && first !== undefined) this.#routes.delete(first)
    const sizes = { last: new Float64Array(REMEMBERED), seen: 0, median: null }
    this.#routes.set(name, sizes)
    return sizes
  }
}

/** The lower one of two in the middle: a size that there was. */
function medianOf(sizes: Float64Array): number {
  return sizes.sort()[(sizes.length - 1) >> 1] as number
}

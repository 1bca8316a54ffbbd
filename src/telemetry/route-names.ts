import { routeName } from './route-name.js'

/** Raw routes remembered where nothing else is said; longer ones than this are named anew each time. */
const REMEMBERED = 2048
const LONGEST = 256

/** The names of raw routes, remembered: naming costs several times a look-up. */
export class RouteNames<Name = string> {
  readonly #names = new Map<string, Name>()
  readonly #nameOf: (raw: string) => Name
  readonly #nameless: Name
  readonly #max: number

  constructor(nameOf: (raw: string) => Name, max = REMEMBERED) {
    this.#nameOf = nameOf
    this.#nameless = nameOf('')
    this.#max = max
  }

  /** As everybody else names them. */
  static plain(max?: number): RouteNames {
    return new RouteNames(routeName, max)
  }

  /** Raw routes whose names are remembered. */
  get size(): number {
    return this.#names.size
  }

  of(raw: string | undefined): Name {
    if (raw === undefined) return this.#nameless
    const known = this.#names.get(raw)
    if (known !== undefined) return known
    const name = this.#nameOf(raw)
    if (raw.length <= LONGEST) {
      if (this.#names.size >= this.#max) this.#names.clear()
      this.#names.set(raw, name)
    }
    return name
  }

  /** Every route is named anew from now on. */
  clear(): void {
    this.#names.clear()
  }
}

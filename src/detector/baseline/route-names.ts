import { routeName } from '../../telemetry/route-name.js'

/** Raw routes remembered where nothing else is said; longer ones than this are named anew each time. */
const REMEMBERED = 2048
const LONGEST = 256

/** The names of raw routes, remembered: naming costs several times a look-up. */
export class RouteNames {
  readonly #names = new Map<string, string>()
  readonly #max: number

  constructor(max = REMEMBERED) {
    this.#max = max
  }

  /** Raw routes whose names are remembered. */
  get size(): number {
    return this.#names.size
  }

  of(raw: string | undefined): string {
    if (raw === undefined) return ''
    const known = this.#names.get(raw)
    if (known !== undefined) return known
    const name = routeName(raw)
    if (raw.length <= LONGEST) {
      if (this.#names.size >= this.#max) this.#names.clear()
      this.#names.set(raw, name)
    }
    return name
  }
}

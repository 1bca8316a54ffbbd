import { routeName } from '../../../telemetry/route-name.js'
import { ShiftEvidence } from './shift-evidence.js'

/** An announced change is believed on this part of the evidence that it takes otherwise. */
const HASTE = 5
/** Routes told apart; what comes on others counts towards the evidence alone. */
const MAX_ROUTES = 1000

/** A captured change. */
export type ChangeState = {
  readonly route: string | null
  readonly left: number
  readonly total: number
  readonly sums: Float64Array
  readonly routes: readonly string[]
  readonly seen: Uint32Array
}

/**
 * A change that an operator has announced, a deploy say: evidence of its own, which starts with the announcement and
 * needs a fifth of what ShiftEvidence needs, for a window's worth of records. Of one route it hears that route's
 * records alone, so that a route with little of the traffic is not held back by the calm of the others.
 */
export class AnnouncedChange {
  /** Null when any route may have changed. */
  readonly route: string | null
  readonly evidence: ShiftEvidence
  #left: number
  #total = 0
  /** Records by route. */
  readonly #seen = new Map<string, number>()

  /** @param window records of the baseline */
  constructor(route: string | null, window: number) {
    this.route = route
    this.evidence = new ShiftEvidence(window / HASTE)
    this.#left = window
  }

  static restored(state: ChangeState, window: number): AnnouncedChange {
    const change = new AnnouncedChange(state.route, window)
    change.#left = state.left
    change.#total = state.total
    change.evidence.restore(state.sums)
    for (const [i, route] of state.routes.entries()) change.#seen.set(route, state.seen[i] as number)
    return change
  }

  /** Whether its time is over. */
  get over(): boolean {
    return this.#left <= 0
  }

  /** One record has come; the rest is as `ShiftEvidence.observe` has it. */
  observe(route: string, odd: boolean, crowded: boolean, share: number): void {
    this.#total += 1
    if (!this.concerns(route)) return
    this.#left -= 1
    const seen = this.#seen.get(route)
    if (seen !== undefined || this.#seen.size < MAX_ROUTES) this.#seen.set(route, (seen ?? 0) + 1)
    this.evidence.observe(odd, crowded, share)
  }

  /** @param route its own name; the change may be announced by the general one */
  concerns(route: string): boolean {
    return this.route === null || this.route === route || this.route === routeName(route)
  }

  /** Records of a route since the announcement, and their share of all. */
  seenOf(route: string): { readonly records: number; readonly share: number } {
    const records = this.#seen.get(route) ?? 0
    return { records, share: this.#total === 0 ? 0 : records / this.#total }
  }

  capture(): ChangeState {
    return {
      route: this.route,
      left: this.#left,
      total: this.#total,
      sums: this.evidence.capture(),
      routes: [...this.#seen.keys()],
      seen: Uint32Array.from(this.#seen.values()),
    }
  }
}

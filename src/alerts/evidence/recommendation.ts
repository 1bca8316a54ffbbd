import type { AlertsSettings } from '../options.js'
import type { RouteMemory } from '../rarity/route-memory.js'
import { type Action, type Evidence, gradeOf } from './grade.js'

/** Records up to which nothing but `observe` is recommended: p cannot yet tell one in a thousand. */
export const OBSERVED_FIRST = 500

/** An alerted record, as far as its action depends on it. */
export interface Alerted extends Omit<Evidence, 'ratio' | 'rateZ'> {
  readonly route: RouteMemory
  readonly values: ArrayLike<number>
  /** Index of the feature that leads; -1 for none. */
  readonly feature: number
  /** Records of all traffic that have come. */
  readonly records: number
}

/** What is recommended for an alerted record, by its evidence and what the operator set. */
export class Recommendation {
  readonly #settings: AlertsSettings
  readonly #rateZ: number
  /** By feature; Infinity for none. */
  readonly #limits: Float64Array

  /** @param rateZ -ln of the alert rate */
  constructor(settings: AlertsSettings, rateZ: number) {
    this.#settings = settings
    this.#rateZ = rateZ
    this.#limits = Float64Array.from(settings.features, ({ limit = Infinity }) => limit)
  }

  /** Whether a value is beyond what it must never exceed. */
  exceedsLimit(values: ArrayLike<number>): boolean {
    const limits = this.#limits
    for (let f = 0; f < limits.length; f++) if ((values[f] as number) > (limits[f] as number)) return true
    return false
  }

  of({ route, values, feature, records, z, inIncident }: Alerted): Action {
    if (this.#settings.actions === 'freeze') return 'freeze'
    if (records <= OBSERVED_FIRST) return 'observe'
    return gradeOf({ z, rateZ: this.#rateZ, inIncident, ratio: this.#ratio(route, values, feature) })
  }

  /** How many times the usual value the leading feature is, on its rare side. */
  #ratio(route: RouteMemory, values: ArrayLike<number>, feature: number): number {
    const known = route.grown?.features[feature]
    if (known === undefined) return 1
    const { usual } = known
    const value = values[feature] as number
    return known.side === 'low' ? usual / value : value / Math.max(usual, Number.MIN_VALUE)
  }
}

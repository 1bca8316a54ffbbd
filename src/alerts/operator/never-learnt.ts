import { is } from '../../state/shape.js'
import type { Lead } from '../lead.js'
import { FARTHER } from './mutes.js'
import { PATTERN_CHECKS, PatternList } from './pattern.js'
import type { NeverLearnt } from './pattern-schemas.js'

/** Patterns in force at a time, at most. @internal */
export const NEVER_LEARNT_MAX = 100

/** What says whether a record falls under a pattern. */
type Band = Pick<NeverLearnt, 'route' | 'feature' | 'from' | 'to'>

/** The patterns of threats in force. @internal */
export class NeverLearntList extends PatternList<NeverLearnt> {
  readonly #features: readonly string[]

  /** @param features names in the order of a record's values */
  constructor(features: readonly string[]) {
    const checks = { ...PATTERN_CHECKS, from: is.number, to: is.number, kept_out: is.count }
    super('never', checks, NEVER_LEARNT_MAX)
    this.#features = features
  }

  /** The pattern that a record falls under; null when there is none. */
  match(route: string, values: ArrayLike<number>, nowMs: number): NeverLearnt | null {
    if (this.size === 0) return null
    for (const pattern of this.at(nowMs)) {
      if (this.holds(pattern, route, values)) return pattern
    }
    return null
  }

  /** Whether a record falls under one pattern. What leads in it is not asked: what is learnt has no verdict. */
  holds(pattern: Band, route: string, values: ArrayLike<number>): boolean {
    if (pattern.route !== null && pattern.route !== route) return false
    const value = values[this.#features.indexOf(pattern.feature)]
    return value !== undefined && value >= pattern.from && value <= pattern.to
  }
}

/**
 * Values as far from the usual one as that of a threat, give or take half: without a lower bound the ordinary records
 * on the same side of the usual value would count as alike.
 * @internal
 */
export function bandOf({ usual, value }: Lead): { readonly from: number; readonly to: number } {
  const ends = [usual + (value - usual) / FARTHER, usual + FARTHER * (value - usual)]
  return { from: Math.min(...ends), to: Math.max(...ends) }
}

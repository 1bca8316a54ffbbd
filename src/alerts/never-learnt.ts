import { type Static, Type } from '@sinclair/typebox'
import type { Lead } from './lead.js'
import { FARTHER } from './mutes.js'
import { type NewPattern, Pattern, PatternList } from './pattern.js'

/** Patterns in force at a time, at most. @internal */
export const NEVER_LEARNT_MAX = 100

/** Records that an operator called a threat. */
export const NeverLearnt = Type.Object(
  {
    ...Pattern.properties,
    id: Type.String({ description: 'For `DELETE /mutes/{id}`.' }),
    from: Type.Number({ description: 'Smallest value of the feature that counts as alike.' }),
    to: Type.Number({ description: 'Largest one.' }),
    kept_out: Type.Integer({ minimum: 0, description: 'Records that were not learnt because of it.' }),
  },
  {
    $id: 'NeverLearnt',
    description: 'Records that an operator called a threat. They are never learnt.',
    examples: [
      {
        id: 'never-1',
        route: '/api/analyze',
        feature: 'latency',
        direction: 'high',
        created: '2026-01-01T00:00:00.000Z',
        until: '2026-04-01T00:00:00.000Z',
        note: null,
        source: '19b76daa800-0000',
        from: 3529.1,
        to: 7781.3,
        kept_out: 40,
      },
    ],
  },
)
export type NeverLearnt = Static<typeof NeverLearnt>

/** The patterns of threats in force. @internal */
export class NeverLearntList extends PatternList<NeverLearnt> {
  readonly #features: readonly string[]

  /** @param features names in the order of a record's values */
  constructor(features: readonly string[]) {
    super('never', NeverLearnt, NEVER_LEARNT_MAX)
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
  holds(pattern: NewPattern<NeverLearnt>, route: string, values: ArrayLike<number>): boolean {
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

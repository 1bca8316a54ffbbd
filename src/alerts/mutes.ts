import { type Static, Type } from '@sinclair/typebox'
import type { Lead } from './lead.js'
import { type NewPattern, Pattern, PatternList } from './pattern.js'

/** Mutes in force at a time, at most. @internal */
export const MUTES_MAX = 100
/** How much farther from the usual value than what was called expected a record may be. @internal */
export const FARTHER = 1.5

/** Alerts that an operator expects and does not want to hear of. */
export const Mute = Type.Object(
  {
    ...Pattern.properties,
    id: Type.String({ description: 'For `DELETE /mutes/{id}`.' }),
    limit: Type.Number({
      description:
        'The value up to which alerts are muted: 1.5 times as far from the usual value as the first.',
    }),
    muted: Type.Integer({ minimum: 0, description: 'Alerts that it has muted.' }),
  },
  {
    $id: 'Mute',
    description: 'Alerts that an operator expects. They are answered OK, and their records are learnt.',
    examples: [
      {
        id: 'mute-1',
        route: '/reports/*',
        feature: 'latency',
        direction: 'high',
        created: '2026-01-01T00:00:00.000Z',
        until: '2026-01-08T00:00:00.000Z',
        note: 'monthly reports',
        source: '19b76daa800-0000',
        limit: 7781.3,
        muted: 12,
      },
    ],
  },
)
export type Mute = Static<typeof Mute>

/** The mutes in force. @internal */
export class Mutes extends PatternList<Mute> {
  constructor() {
    super('mute', Mute, MUTES_MAX)
  }

  /** The mute that a record falls under; null when there is none. */
  match(route: string, lead: Lead, nowMs: number): Mute | null {
    if (this.size === 0) return null
    return this.at(nowMs).find((mute) => falls(mute, route, lead)) ?? null
  }
}

/** Whether an alert on a route falls under a mute. @internal */
export function falls(mute: NewPattern<Mute>, route: string, { feature, direction, value }: Lead): boolean {
  return (
    (mute.route === null || mute.route === route) &&
    mute.feature === feature &&
    mute.direction === direction &&
    (direction === 'high' ? value <= mute.limit : value >= mute.limit)
  )
}

/** The value 1.5 times as far from the usual one. @internal */
export function limitOf({ usual, value }: Lead): number {
  return usual + FARTHER * (value - usual)
}

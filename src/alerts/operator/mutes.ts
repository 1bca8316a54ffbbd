import { is } from '../../state/shape.js'
import type { Lead } from '../lead.js'
import { type NewPattern, PATTERN_CHECKS, PatternList } from './pattern.js'
import type { Mute } from './pattern-schemas.js'

/** Mutes in force at a time, at most. @internal */
export const MUTES_MAX = 100
/** How much farther from the usual value than what was called expected a record may be. @internal */
export const FARTHER = 1.5

/** The mutes in force. @internal */
export class Mutes extends PatternList<Mute> {
  constructor() {
    super('mute', { ...PATTERN_CHECKS, limit: is.number, muted: is.count }, MUTES_MAX)
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

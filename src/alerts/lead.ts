import type { Contribution, ExceededRule } from '../detector/verdict.js'
import type { Incident } from './incidents/incident.js'
import type { Direction } from './operator/pattern-schemas.js'

/** What stands out most in a record, and the usual value that it is far from. */
export interface Lead {
  readonly feature: string
  readonly direction: Direction
  readonly value: number
  readonly usual: number
}

/** What a verdict says of the features of a record. */
export interface Findings {
  readonly contributions: readonly Contribution[]
  readonly exceeded: readonly ExceededRule[]
}

/**
 * The feature that the forest blames most among those that are off their median, or the static rule that was exceeded
 * most; its limit stands in for the usual value. Null when no feature is off.
 */
export function leadOf({ contributions, exceeded }: Findings): Lead | null {
  let most: Contribution | null = null
  for (const one of contributions) {
    if (one.value !== one.median && (most === null || one.bits > most.bits)) most = one
  }
  if (most !== null) return lead(most.feature, most.value, most.median)
  const rule = exceeded[0]
  return rule === undefined ? null : lead(rule.feature, rule.value, rule.limit)
}

/** What leads in an incident; null when no feature stands out in it. */
export function leadOfIncident({ feature, direction, usual, seen }: Incident): Lead | null {
  if (feature === null || direction === null || usual === null || seen === null) return null
  return seen === usual ? null : { feature, direction, usual, value: seen }
}

function lead(feature: string, value: number, usual: number): Lead {
  return { feature, direction: value > usual ? 'high' : 'low', value, usual }
}

import { type Static, Type } from '@sinclair/typebox'
import { Action } from './incidents/incident.js'

/** How likely an ordinary record is to be as odd. */
export const P = Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
  description:
    'Chance that an ordinary record is as rare, by score and values; null where nobody knows: before the first forest, with SENTINEL_ALERTS=contamination, and with a given forest.',
})
export type P = Static<typeof P>

/** The incident that a record belongs to. */
export const IncidentReference = Type.Union([Type.String(), Type.Null()], {
  description: 'Id of the open incident that the record belongs to; null where there is none.',
})
export type IncidentReference = Static<typeof IncidentReference>

/** What a record was answered with, or that it was not worth an alert. */
export const AlertLevel = Type.Union([Type.Literal('none'), ...Action.anyOf], {
  description: 'What is recommended for the record; `none` where it is answered `OK`.',
})
export type AlertLevel = Static<typeof AlertLevel>

import { type Static, Type } from '@sinclair/typebox'
import type { Incident } from './incident.js'

/** What can happen to an incident: `grown` when it has ten times as many records as before, 10, 100, 1,000. */
export const IncidentChange = Type.Union(
  [Type.Literal('opened'), Type.Literal('grown'), Type.Literal('closed')],
  { description: '`grown`: it has reached 10, 100, 1,000… records.' },
)
export type IncidentChange = Static<typeof IncidentChange>

/** Something that happened to an incident, and the incident as it was then. */
export interface IncidentEvent {
  /** Sorts by time, among the ids of anomalies, too. That of `opened` is the id of the incident. */
  readonly id: string
  readonly change: IncidentChange
  readonly incident: Incident
}

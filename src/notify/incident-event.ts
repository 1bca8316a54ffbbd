import type { Incident } from '../alerts/incidents/incident.js'

/** What happened to an incident: it began, took in ten times as many records as when last told of, or ended. */
export type IncidentEventKind = 'opened' | 'grown' | 'closed'

export interface IncidentEvent {
  readonly kind: IncidentEventKind
  /** The incident as it was then. */
  readonly incident: Incident
}

import type { IncidentEvent } from './incident-event.js'

export interface IncidentLines {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const MESSAGE = { opened: 'incident opened', grown: 'incident grows', closed: 'incident closed' } as const

/** One line for an event: three or a few more for an incident, however many records it has. */
export function logIncident({ change, incident }: IncidentEvent, log: IncidentLines): void {
  const { id, kind, route, feature, records, action, summary, detector, entity } = incident
  const origin = detector === undefined ? {} : { detector, entity }
  const fields = { incidentId: id, ...origin, kind, route, feature, records, action, reason: summary }
  if (change === 'closed') log.info(fields, MESSAGE.closed)
  else log.warn(fields, MESSAGE[change])
}

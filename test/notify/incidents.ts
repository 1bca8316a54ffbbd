import type { Incident } from '#sentinel/alerts/incidents/incident.js'

/** An open incident of one route, with what a test says otherwise. */
export function incidentOf(changes: Partial<Incident> = {}): Incident {
  return {
    id: '19b76daa800-0000',
    status: 'open',
    kind: 'spike',
    route: '/run',
    feature: 'latency',
    unit: 'ms',
    direction: 'high',
    opened: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-01-01T00:00:05.000Z',
    closed: null,
    records: 12,
    usual: 127.3456,
    seen: 9000,
    peak_score: 0.81,
    peak_p: 0.0001,
    action: 'throttle',
    summary: 'Latency of /run is 70 times its usual value.',
    anomalies: ['19b76daa7ff-0000'],
    feedback: null,
    ...changes,
  }
}

/** The same, over. */
export function closedIncident(changes: Partial<Incident> = {}): Incident {
  return incidentOf({ status: 'closed', closed: '2026-01-01T00:02:00.000Z', ...changes })
}

import { type IncidentFacts, IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { TimeIds } from '#sentinel/text/time-id.js'

/** What opens an incident: a slow route, unless told otherwise. */
export function facts(rest: Partial<IncidentFacts> = {}): IncidentFacts {
  return {
    kind: 'spike',
    route: '/run',
    feature: 'latency',
    unit: 'ms',
    direction: 'high',
    records: 2,
    usual: 120,
    seen: 2400,
    peak_score: 0.7,
    peak_p: 0.0001,
    action: 'throttle',
    summary: 'latency at /run is 20x its usual value',
    ...rest,
  }
}

export function incidentLog(max?: number): IncidentLog {
  return new IncidentLog({ ids: new TimeIds(), ...(max === undefined ? {} : { max }) })
}

/** Opens so many, a second apart from `fromMs` on; gives their ids, oldest first. */
export function opened(
  log: IncidentLog,
  count: number,
  rest: Partial<IncidentFacts> = {},
  fromMs = 1_000,
): string[] {
  return Array.from({ length: count }, (_, i) => log.open(facts(rest), fromMs + i * 1_000).id)
}

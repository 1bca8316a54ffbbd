import type { Incident } from '../../../src/alerts/incidents/incident.js'
import type { Anomaly } from '../../../src/anomalies/anomaly.js'
import { created } from '../../shared/page-elements.js'
import { ago, count, routeLabel, withUnit } from '../words.js'

/** What is known of a finding, by its name. */
export type Facts = readonly (readonly [name: string, value: string])[]

export function factsOfIncident(incident: Incident, nowMs = Date.now()): Facts {
  const { status, kind, route, feature, unit, direction, usual, seen, records, opened, last_seen } = incident
  return [
    ['Incident', `${status}, ${kind}`],
    ...factsOfOrigin(incident),
    ['Route', routeLabel(route)],
    ...fact('Leading feature', feature === null ? null : [feature, direction ?? ''].join(' ').trim()),
    ...fact('Usual', usual === null ? null : withUnit(usual, unit)),
    ...fact('Seen', seen === null ? null : withUnit(seen, unit)),
    ['Records', count(records)],
    ['First seen', ago(opened, nowMs)],
    ['Last seen', ago(last_seen, nowMs)],
    ['Action', incident.action],
  ]
}

export function factsOfAnomaly(anomaly: Anomaly | null, nowMs = Date.now()): Facts {
  if (anomaly === null) return []
  const { route, timestamp, action, p, prediction_score: score } = anomaly
  const rare = p === null ? null : `one in ${Math.round(1 / Math.max(p, 1e-9)).toLocaleString('en')}`
  return [
    ['Single alert', ago(timestamp, nowMs)],
    ...factsOfOrigin(anomaly),
    ['Route', routeLabel(route)],
    ['Score', score.toFixed(2)],
    ...fact('As rare as', rare),
    ['Action', action],
  ]
}

export function factsView(facts: Facts): HTMLElement {
  const list = created('dl', 'facts')
  for (const [name, value] of facts) {
    const entry = created('div')
    entry.append(created('dt', '', name), created('dd', '', value))
    list.append(entry)
  }
  return list
}

/** Which of several detectors found it. */
function factsOfOrigin({ detector, entity }: Pick<Incident, 'detector' | 'entity'>): Facts {
  return [...fact('Detector', detector ?? null), ...fact('Entity', entity ?? null)]
}

function fact(name: string, value: string | null): Facts {
  return value === null ? [] : [[name, value]]
}

import type { Incident } from '../alerts/incidents/incident.js'
import { figureOf } from './figure.js'
import type { Body, Form, Sender } from './form.js'
import type { IncidentEvent } from './incident-event.js'

/** How often Prometheus repeats its alerts by default, and four times over it may miss, as there. */
const REPEAT_MS = 60_000
const ALIVE_MS = 5 * REPEAT_MS
/** More are not repeated; the oldest goes and ends by itself. */
const MAX_OPEN = 256

const SEVERITY = { observe: 'info', throttle: 'warning', freeze: 'critical' } as const

/** Labels are an alert's identity: alerts whose labels differ are different ones. */
type Labels = Readonly<Record<string, string>>

interface Alert {
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  readonly openedMs: number
}

/**
 * The body of `POST /api/v2/alerts` of an Alertmanager. An open incident's alert ends five minutes ahead and is posted
 * again each minute with a new end, so that it outlives missed posts but not a sentinel that is gone. When an incident
 * becomes more severe, its alert is another one, and the one before is ended in the same post.
 */
export class AlertmanagerForm implements Form {
  readonly repeat = { everyMs: REPEAT_MS, body: (): Body | null => this.#allOpen() }
  readonly #instance: string
  readonly #open = new Map<string, Alert>()

  constructor({ instance }: Sender) {
    this.#instance = instance
  }

  bodyOf({ kind, incident }: IncidentEvent): Body {
    const told = this.#open.get(incident.id)
    const alert = this.#alertOf(incident)
    if (kind === 'closed') {
      this.#open.delete(incident.id)
      const closedMs = Date.parse(incident.closed ?? '')
      const last = told === undefined ? alert : { ...alert, labels: told.labels }
      return (nowMs) => JSON.stringify([ended(last, nowMs, closedMs)])
    }
    this.#keep(incident.id, alert)
    if (told === undefined || sameLabels(told.labels, alert.labels)) {
      return (nowMs) => JSON.stringify([alive(alert, nowMs)])
    }
    return (nowMs) => JSON.stringify([ended(told, nowMs, nowMs), alive(alert, nowMs)])
  }

  resume(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      if (incident.status === 'open') this.#keep(incident.id, this.#alertOf(incident))
    }
  }

  #allOpen(): Body | null {
    if (this.#open.size === 0) return null
    const alerts = [...this.#open.values()]
    return (nowMs) => JSON.stringify(alerts.map((alert) => alive(alert, nowMs)))
  }

  #keep(id: string, alert: Alert): void {
    this.#open.set(id, alert)
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value as string)
  }

  #alertOf(incident: Incident): Alert {
    const { feature, unit, usual, seen, detector = null, entity = null } = incident
    return {
      // Two incidents may be open on one route, and two sentinels may watch it: id and instance tell them apart.
      labels: given({
        alertname: 'SentinelIncident',
        severity: SEVERITY[incident.action],
        detector,
        entity,
        route: incident.route,
        feature,
        kind: incident.kind,
        incident: incident.id,
        instance: this.#instance,
      }),
      annotations: given({
        summary: incident.summary,
        action: incident.action,
        records: String(incident.records),
        direction: incident.direction,
        usual: usual === null ? null : figureOf(usual, unit),
        seen: seen === null ? null : figureOf(seen, unit),
      }),
      openedMs: Date.parse(incident.opened),
    }
  }
}

function alive(alert: Alert, nowMs: number): object {
  return posted(alert, nowMs, nowMs + ALIVE_MS)
}

/** What ended in time to come, by the clock of whoever reported the records, would not be ended yet. */
function ended(alert: Alert, nowMs: number, endMs: number): object {
  return posted(alert, nowMs, Number.isNaN(endMs) ? nowMs : Math.min(endMs, nowMs))
}

/** Alertmanager refuses an alert that ends before it starts. */
function posted({ labels, annotations, openedMs }: Alert, nowMs: number, endMs: number): object {
  const startMs = Number.isNaN(openedMs) ? nowMs : Math.min(openedMs, nowMs)
  return {
    labels,
    annotations,
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(Math.max(endMs, startMs)).toISOString(),
  }
}

/** Alertmanager knows no empty labels and nulls: what has no value is left out. */
function given(values: Readonly<Record<string, string | null>>): Record<string, string> {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return Object.fromEntries(entries)
}

function sameLabels(one: Labels, other: Labels): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}

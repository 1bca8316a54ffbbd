import type { Alert } from '../alerts/alarm.js'
import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { Origin } from '../alerts/origin.js'
import type { AnomalyLog } from '../anomalies/anomaly-log.js'
import type { Verdict } from '../detector/verdict.js'
import type { Explainer } from '../explain/explainer.js'
import type { Wording } from '../explain/sentence/phrases.js'
import type { TelemetryModel } from '../telemetry/model.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import { routeName } from '../telemetry/route-name.js'
import type { ReportedAnomaly, SentinelListener, SentinelLog } from './options.js'

/** What an anomaly is kept in, explained by and told to. */
export interface ReporterParts {
  readonly telemetry: TelemetryModel
  readonly words: Wording
  readonly anomalies: AnomalyLog
  readonly incidents: IncidentLog
  readonly explainer: Explainer
  /** Which of many baselines it reports for. */
  readonly origin: Origin | undefined
  /** When the record at hand came, milliseconds since 1970. */
  readonly clock: () => number
  /** The sentinel's own list: whoever is added later hears, too. */
  readonly listeners: readonly SentinelListener[]
  readonly log: SentinelLog
}

/** Keeps every anomaly under an id, says why, and writes its line in the log. */
export class Reporter {
  readonly #parts: ReporterParts

  constructor(parts: ReporterParts) {
    this.#parts = parts
  }

  /** Why somebody would be told of a record that belongs to no incident, by the rules alone. */
  reasonFor(verdict: Verdict, record: TelemetryRecord): string {
    const { telemetry, explainer, words } = this.#parts
    return explainer.explain({ verdict, route: telemetry.routeOf(record), ask: false, words }).reason
  }

  /**
   * Reports a record that somebody is told of; its line is written once its reason is whole.
   * @param traceparent of the request that brought the record; the record's own counts before it
   */
  report(verdict: Verdict, alert: Alert, record: TelemetryRecord, traceparent?: string): ReportedAnomaly {
    const { telemetry, anomalies, incidents, explainer, words, origin, clock } = this.#parts
    const route = telemetry.routeOf(record)
    const raw = telemetry.rawOf(record, traceparent)
    const { action, p, incident, feature } = alert
    const inIncident = incident !== null
    // Of an incident the model is asked once, not for each of its records.
    const ask = !inIncident || incidents.get(incident)?.anomalies.length === 0
    const explained = explainer.explain({ verdict, route, evidence: { inIncident }, ask, words })
    const { reason, assessment, inTime } = explained
    const confidence = p === null ? verdict.confidence : 1 - p
    const found = { verdict, reason, route, record: raw, action, p, incident, confidence }
    const { id } = anomalies.add({ ...found, origin, atMs: clock() })
    if (inIncident) incidents.addExample(incident, id)

    const facts = { anomalyId: id, ...origin, action, p, score: verdict.score, confidence }
    const written = (text: string): string => {
      this.#writeLine({ ...facts, reason: text, route: routeName(route) || null, record: raw }, incident)
      return text
    }
    void assessment?.then((arrived) => {
      if (arrived === null) return
      anomalies.attachAssessment(id, arrived)
      for (const listener of this.#parts.listeners) listener.explained?.(id)
    })
    return {
      id,
      reason: inTime === null ? written(reason) : inTime.then((arrived) => written(arrived?.text ?? reason)),
      action,
      confidence,
      incident,
      feature,
    }
  }

  /** An incident has its own lines, three and not one for each record: there this one is for debugging. */
  #writeLine(fields: object, incident: string | null): void {
    const { log } = this.#parts
    if (incident === null) log.warn(fields, 'anomaly')
    else log.debug({ ...fields, incidentId: incident }, 'anomaly')
  }
}

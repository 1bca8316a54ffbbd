import type { Alert } from './alerts/alarm.js'
import type { IncidentLog } from './alerts/incident-log.js'
import type { AnomalyLog } from './anomalies/anomaly-log.js'
import type { Verdict } from './detector/verdict.js'
import { Explainer } from './explain/explainer.js'
import type { AskedModel, ReportedAnomaly, SentinelListener, SentinelLog } from './sentinel-options.js'
import { routeName } from './telemetry/route-name.js'

/** What an anomaly is kept in, explained by and told to. */
export interface ReporterParts {
  readonly anomalies: AnomalyLog
  readonly incidents: IncidentLog
  readonly explain: AskedModel
  /** The sentinel's own list: whoever is added later hears, too. */
  readonly listeners: readonly SentinelListener[]
  readonly log: SentinelLog
}

/** Keeps every anomaly under an id, says why, and writes its line in the log. */
export class Reporter {
  readonly #parts: ReporterParts
  readonly #explainer: Explainer

  constructor(parts: ReporterParts) {
    this.#parts = parts
    const { explain, listeners, log } = parts
    this.#explainer = new Explainer({
      ...explain,
      listener: {
        llmRequest: (outcome, seconds) => {
          for (const listener of listeners) listener.llmRequest?.(outcome, seconds)
        },
        breakerState: (breaker) => {
          for (const listener of listeners) listener.breakerState?.(breaker)
        },
        log,
      },
    })
  }

  /**
   * Reports a record that somebody is told of; its line is written once its reason is whole.
   * @param route the client's text as it came
   */
  report(verdict: Verdict, alert: Alert, route: string | undefined): ReportedAnomaly {
    const { anomalies, incidents, explain } = this.#parts
    const { action, p, incident, feature } = alert
    const inIncident = incident !== null
    // Of an incident the model is asked once, not for each of its records.
    const ask = !inIncident || incidents.get(incident)?.anomalies.length === 0
    const { reason, assessment } = this.#explainer.explain({ verdict, route, evidence: { inIncident }, ask })
    const confidence = p === null ? verdict.confidence : 1 - p
    const { id } = anomalies.add({ verdict, reason, route, action, p, incident, confidence })
    if (inIncident) incidents.addExample(incident, id)

    const facts = { anomalyId: id, action, p, score: verdict.score, confidence }
    const written = (text: string): string => {
      this.#writeLine({ ...facts, reason: text, route: routeName(route) || null }, incident)
      return text
    }
    const whole = assessment?.then((arrived) => {
      if (arrived === null) return reason
      anomalies.attachAssessment(id, arrived)
      for (const listener of this.#parts.listeners) listener.explained?.(id)
      return arrived.text
    })
    const waits = whole !== undefined && explain.mode === 'wait'
    return {
      id,
      reason: waits ? whole.then(written) : written(reason),
      action,
      confidence,
      incident,
      feature,
    }
  }

  /** Loads the client of the language model ahead of the first anomaly. Never rejects. */
  prepare(): Promise<void> {
    return this.#explainer.prepare()
  }

  /** Ends all waiting for the language model. */
  close(): Promise<void> {
    return this.#explainer.close()
  }

  /** An incident has its own lines, three and not one for each record: there this one is for debugging. */
  #writeLine(fields: object, incident: string | null): void {
    const { log } = this.#parts
    if (incident === null) log.warn(fields, 'anomaly')
    else log.debug({ ...fields, incidentId: incident }, 'anomaly')
  }
}

import type { AnomalyLog } from '../anomalies/anomaly-log.js'
import type { Verdict } from '../detector/verdict.js'
import type { Explainer } from '../explain/explainer.js'

/** A flagged record, as those see it who explain and keep it. It carries no user. */
export interface Flagged {
  readonly verdict: Verdict
  /** The client's text as it came, if the record named a route. */
  readonly route: string | undefined
}

/** What the answer says of a flagged record. */
export interface AnomalyReport {
  /** Sent as the header `x-anomaly-id`. */
  readonly id: string
  /** Only the answer to this record waits for a promise, which never rejects. */
  readonly reason: string | Promise<string>
}

/** Names and explains an anomaly; the place to keep it, too. */
export type Report = (flagged: Flagged) => AnomalyReport

/**
 * Keeps every anomaly in the log under the id that the answer carries, and adds the model's text to it once it
 * is there. The answer itself waits for that text only when it is told to.
 */
export function reporter(explainer: Explainer, log: AnomalyLog, waits: boolean): Report {
  return ({ verdict, route }) => {
    const { reason, assessment } = explainer.explain({ verdict, route })
    const { id } = log.add({ verdict, reason, route })
    if (assessment === null) return { id, reason }
    const text = assessment.then((arrived) => {
      if (arrived !== null) log.attachAssessment(id, arrived)
      return arrived?.text ?? reason
    })
    return { id, reason: waits ? text : reason }
  }
}

import { randomUUID } from 'node:crypto'
import type { Verdict } from '../detector/verdict.js'
import { reasonFor } from '../explain/reason.js'

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
  /** Only the answer to this record waits for a promise; when it rejects, the rule-based reason is sent. */
  readonly reason: string | Promise<string>
}

/** Names and explains an anomaly; the place to keep it, too. */
export type Report = (flagged: Flagged) => AnomalyReport

/** Explains by rules alone and keeps nothing. */
export const reportByRules: Report = ({ verdict }) => ({ id: randomUUID(), reason: reasonFor(verdict) })

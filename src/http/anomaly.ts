import type { Verdict } from '../detector/verdict.js'

/** One flagged record, as those see it who explain or keep it. It carries no user. */
export interface Anomaly {
  /** Also sent as the header `x-anomaly-id`. */
  readonly id: string
  readonly verdict: Verdict
  /** The record's route without query, ids and odd characters, if it named one. */
  readonly route?: string
}

/**
 * Gives the sentence that says why a record was flagged. It may take its time: only the answer to this
 * record waits. When it throws or rejects, the rule-based reason is sent.
 */
export type Explain = (anomaly: Anomaly) => string | Promise<string>

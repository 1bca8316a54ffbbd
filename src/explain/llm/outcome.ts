/**
 * What became of the wish to have an anomaly assessed, once per anomaly (and once more for a probe):
 * - `ok`: the model answered; `cached`: it had answered for the same situation; `shared`: the answer to a
 *   request already under way was awaited;
 * - `timeout`, `invalid`, `error`: it was asked and did not answer in time, answered with something that
 *   is not to be shown, or could not be reached or refused;
 * - `rejected`: two requests were under way and the queue was full; `open`: the breaker is open.
 */
export type LlmOutcome = 'ok' | 'cached' | 'shared' | 'timeout' | 'invalid' | 'error' | 'rejected' | 'open'

/** The outcomes that count as failures of the model or its server. @internal */
export const LLM_FAILURES: ReadonlySet<LlmOutcome> = new Set<LlmOutcome>(['timeout', 'invalid', 'error'])

/** `open`: the model is not asked; `half-open`: one question tries whether it answers again. */
export type BreakerState = 'closed' | 'half-open' | 'open'

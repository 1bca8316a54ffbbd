/**
 * What became of the wish to have an anomaly assessed, once per anomaly:
 * - `ok`: the model answered; `cached`: it had answered for the same situation; `shared`: the answer to a
 *   request already under way was awaited;
 * - `timeout`, `invalid`, `error`: it was asked and did not answer in time, answered with something that
 *   is not to be shown, or could not be reached or refused;
 * - `late`: counted beside `timeout` once the words have come after all;
 * - `rejected`: two requests were under way and the queue was full; `open`: the breaker is open;
 * - `absent`: no model has answered since the start, so that the rules explain alone.
 */
export type LlmOutcome =
  | 'ok'
  | 'cached'
  | 'shared'
  | 'timeout'
  | 'late'
  | 'invalid'
  | 'error'
  | 'rejected'
  | 'open'
  | 'absent'

/** The outcomes that count as failures of the model or its server. @internal */
export const LLM_FAILURES: ReadonlySet<LlmOutcome> = new Set<LlmOutcome>(['timeout', 'invalid', 'error'])

/** `open`: the model is not asked; `half-open`: one question tries whether it answers again. */
export type BreakerState = 'closed' | 'half-open' | 'open'

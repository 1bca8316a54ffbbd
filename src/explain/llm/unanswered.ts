import type { LlmOutcome } from './outcome.js'

/** Why a question brought no words: `outcome` for metrics, `cause` for the log. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError'
  readonly outcome: LlmOutcome

  constructor(outcome: LlmOutcome, cause?: unknown) {
    super(cause === undefined ? outcome : `${outcome}: ${messageOf(cause)}`, { cause })
    this.outcome = outcome
  }
}

/** An error in one line, with its cause: of a failed connection `fetch` itself says only `fetch failed`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  if (!(cause instanceof Error)) return message
  // A refused connection to a name with several addresses has its text in the code alone.
  const detail = cause.message || ('code' in cause ? String(cause.code) : cause.name)
  return `${message}: ${detail}`
}

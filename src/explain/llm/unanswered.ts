import type { LlmOutcome } from './outcome.js'

/** A question that brought no words, and which outcome that is. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError'
  readonly outcome: LlmOutcome

  constructor(outcome: LlmOutcome, cause?: unknown) {
    super(cause === undefined ? outcome : `${outcome}: ${messageOf(cause)}`, { cause })
    this.outcome = outcome
  }
}

/** An error in one line, with the cause that `fetch failed` keeps to itself. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  if (!(cause instanceof Error)) return message
  // A refused connection to a name with several addresses has its text in the code alone.
  const detail = cause.message || ('code' in cause ? String(cause.code) : cause.name)
  return `${message}: ${detail}`
}

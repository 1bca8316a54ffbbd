import type { BreakerState, LlmOutcome } from '#sentinel/explain/llm/outcome.js'

/** Hears of everything that becomes of the questions to the model. */
export class EventRecorder {
  readonly outcomes: LlmOutcome[] = []
  readonly seconds: (number | null)[] = []
  readonly states: BreakerState[] = []
  readonly #waiters: { readonly event: LlmOutcome | BreakerState; readonly resolve: () => void }[] = []

  llmRequest(outcome: LlmOutcome, seconds: number | null): void {
    this.outcomes.push(outcome)
    this.seconds.push(seconds)
    this.#tell(outcome)
  }

  breakerState(state: BreakerState): void {
    this.states.push(state)
    this.#tell(state)
  }

  /** Resolves at the next such outcome or state. */
  next(event: LlmOutcome | BreakerState): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ event, resolve }))
  }

  #tell(event: LlmOutcome | BreakerState): void {
    for (const waiter of this.#waiters) if (waiter.event === event) waiter.resolve()
  }
}

import { type BreakerState, LLM_FAILURES, type LlmOutcome } from '../../explain/llm/outcome.js'
import type { SentinelListener } from '../../sentinel.js'
import type { Status } from '../schemas/live.js'

/** Whether the language model that explains anomalies answers, as far as was heard. */
export class ModelState implements SentinelListener {
  readonly #asked: boolean
  #state: 'unknown' | 'up' | 'down' = 'unknown'

  /** @param asked whether a language model is asked at all */
  constructor(asked: boolean) {
    this.#asked = asked
  }

  get value(): Status['explanations'] {
    return this.#asked ? this.#state : 'rules'
  }

  modelPresent(present: boolean): void {
    this.#state = present ? 'up' : 'down'
  }

  llmRequest(outcome: LlmOutcome): void {
    if (outcome === 'ok' || outcome === 'late') this.#state = 'up'
    else if (LLM_FAILURES.has(outcome) || outcome === 'open' || outcome === 'absent') this.#state = 'down'
  }

  breakerState(state: BreakerState): void {
    if (state === 'open') this.#state = 'down'
  }
}

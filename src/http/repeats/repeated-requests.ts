import { BatchMemory } from '../batch/batch-memory.js'
import type { Analysis } from '../schemas/analysis.js'
import { AnswerMemory } from './answer-memory.js'

/** What was answered to requests with an `Idempotency-Key`; null where the header is ignored. */
export interface RepeatedRequests {
  readonly single: AnswerMemory<Analysis | Promise<Analysis>> | null
  readonly batches: BatchMemory | null
}

/** @param most answers that are kept; 0 keeps none */
export function repeatedRequests(most: number): RepeatedRequests {
  return most > 0
    ? { single: new AnswerMemory(most), batches: new BatchMemory(most) }
    : { single: null, batches: null }
}

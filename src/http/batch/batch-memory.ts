import { createHash } from 'node:crypto'
import { nextTurn } from '../../runtime/timers.js'
import { AnswerMemory } from '../repeats/answer-memory.js'
import { type BatchAnswer, JSON_TYPE } from './batch-answer.js'

/** A repeated batch whose answer was longer gets the figures alone: what is kept has to be bounded. */
const KEPT_CHARACTERS = 64 * 1024
/** Hashed in one turn of the event loop: some half a millisecond. */
const HASHED_BYTES = 256 * 1024
/** Batches are few, and their answers long. */
export const BATCH_ANSWERS_MOST = 100

/** What a batch was asked to be. */
export interface AskedBatch {
  readonly key: string
  /** The body as it came. */
  readonly body: Buffer
  /** All else that the answer depends on. */
  readonly form: string
}

/** The answers to batches with an `Idempotency-Key`: one that comes again is answered again, and judged once. */
export class BatchMemory {
  readonly #memory: AnswerMemory<Promise<BatchAnswer>>

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    this.#memory = new AnswerMemory(Math.min(capacity, BATCH_ANSWERS_MOST))
  }

  /**
   * The answer, given by `judge` if the key is new.
   * @throws ApiError when the key is malformed, or came with another batch
   */
  async answer(
    { key, body, form }: AskedBatch,
    judge: () => Promise<BatchAnswer>,
  ): Promise<{ readonly answer: BatchAnswer; readonly replayed: boolean }> {
    const asked = `${form} ${await digestOf(body)}`
    const first = this.#memory.recall(key, asked)
    if (first !== null) return { answer: await first.answer, replayed: true }
    const answer = judge()
    const kept = answer.then(bounded)
    kept.catch(() => this.#memory.forget(key))
    this.#memory.keep(key, asked, kept, null)
    return { answer: await answer, replayed: false }
  }
}

function bounded(answer: BatchAnswer): BatchAnswer {
  const { body, figures } = answer
  const length = typeof body === 'string' ? body.length : body.bytes
  if (length <= KEPT_CHARACTERS) return answer
  return { type: JSON_TYPE, body: JSON.stringify(figures), figures }
}

async function digestOf(body: Buffer): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < body.length; at += HASHED_BYTES) {
    if (at > 0) await nextTurn()
    hash.update(body.subarray(at, at + HASHED_BYTES))
  }
  return hash.digest('base64')
}

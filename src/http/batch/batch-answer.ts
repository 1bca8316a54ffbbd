import { ApiError } from '../errors/error-codes.js'
import type { BatchQuery, BatchSummary, RejectedLine } from '../schemas/batch.js'
import { type AnswerBody, AnswerText } from './answer-text.js'
import type { ItemSource } from './batch-items.js'
import { type BatchTotals, judgeBatch } from './judge-batch.js'
import type { ItemJudge } from './judge-item.js'
import type { SharedTurns } from './shared-turns.js'

export const NDJSON_TYPE = 'application/x-ndjson'
export const JSON_TYPE = 'application/json; charset=utf-8'
const ERRORS_SHOWN = 20

/** The answer to a batch, and the figures alone. */
export interface BatchAnswer {
  readonly type: typeof JSON_TYPE | typeof NDJSON_TYPE
  readonly body: AnswerBody
  readonly figures: BatchSummary
}

/**
 * Judges a batch and puts down what came of it, in the form that is asked for.
 * @throws ApiError when not one item is JSON, or the sentinel is closed
 */
export async function answerBatch(
  judge: ItemJudge,
  items: ItemSource,
  form: NonNullable<BatchQuery['answer']>,
  turns: SharedTurns,
): Promise<BatchAnswer> {
  const errors: RejectedLine[] = []
  const text = new AnswerText()
  const byLine = form === 'lines'
  let listed = 0
  const write = (value: object): string => (byLine ? `${JSON.stringify(value)}\n` : JSON.stringify(value))
  const totals = await judgeBatch(judge, items, turns, {
    ok: (line) => {
      if (byLine) text.add(`{"line":${line},"status":"OK"}\n`)
    },
    threat: (threat) => {
      if (form === 'summary') return
      if (!byLine && listed++ > 0) text.add(',')
      if (threat instanceof Promise) text.addLater(threat.then(write))
      else text.add(write(threat))
    },
    rejected: (line) => {
      if (errors.length < ERRORS_SHOWN) errors.push(line)
      if (byLine) text.add(write(line))
    },
  })
  checkReadable(totals)
  const { accepted, rejected, threats } = totals
  const figures = { accepted, rejected, threats, errors }
  if (byLine) return { type: NDJSON_TYPE, body: await text.body(), figures }
  const told = JSON.stringify(figures)
  if (form === 'summary') return { type: JSON_TYPE, body: told, figures }
  return { type: JSON_TYPE, body: await text.body(`${told.slice(0, -1)},"anomalies":[`, ']}'), figures }
}

/** Where there is not one item of JSON, the sender means something else. */
function checkReadable({ parsed, rejected }: BatchTotals): void {
  if (parsed === 0 && rejected > 0)
    throw new ApiError('SENTINEL_INVALID_JSON', 'not one line of the body is valid JSON')
}

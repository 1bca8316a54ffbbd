import { ApiError } from '../errors/error-codes.js'
import type { BatchQuery, BatchSummary, BatchThreat, RejectedLine } from '../schemas/batch.js'
import { AnswerLines } from './answer-lines.js'
import type { BatchItem } from './batch-items.js'
import { type BatchTotals, judgeBatch } from './judge-batch.js'
import type { ItemJudge } from './judge-item.js'

export const NDJSON_TYPE = 'application/x-ndjson'
const ERRORS_SHOWN = 20

/** The answer to a batch: its text, and the figures alone. */
export interface BatchAnswer {
  readonly type: 'application/json; charset=utf-8' | typeof NDJSON_TYPE
  readonly text: string
  readonly figures: BatchSummary
}

/**
 * Judges a batch and puts down what came of it, in the form that is asked for.
 * @throws ApiError when not one item is JSON, or the sentinel is closed
 */
export async function answerBatch(
  judge: ItemJudge,
  items: Iterable<BatchItem>,
  form: NonNullable<BatchQuery['answer']>,
): Promise<BatchAnswer> {
  const errors: RejectedLine[] = []
  const lines = form === 'lines' ? new AnswerLines() : null
  const threats: (BatchThreat | Promise<BatchThreat>)[] = []
  const totals = await judgeBatch(judge, items, {
    ok: (line) => lines?.add(`{"line":${line},"status":"OK"}\n`),
    threat: (threat) => {
      if (lines === null) threats.push(threat)
      else if (threat instanceof Promise) lines.addLater(threat.then(asLine))
      else lines.add(asLine(threat))
    },
    rejected: (line) => {
      if (errors.length < ERRORS_SHOWN) errors.push(line)
      lines?.add(asLine(line))
    },
  })
  checkReadable(totals)
  const { accepted, rejected, threats: count } = totals
  const figures = { accepted, rejected, threats: count, errors }
  if (lines !== null) return { type: NDJSON_TYPE, text: await lines.text(), figures }
  const shown = form === 'summary' ? figures : { ...figures, anomalies: await Promise.all(threats) }
  return { type: 'application/json; charset=utf-8', text: JSON.stringify(shown), figures }
}

function asLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}

/** Where there is not one item of JSON, the sender means something else. */
function checkReadable({ parsed, rejected }: BatchTotals): void {
  if (parsed === 0 && rejected > 0)
    throw new ApiError('SENTINEL_INVALID_JSON', 'not one line of the body is valid JSON')
}

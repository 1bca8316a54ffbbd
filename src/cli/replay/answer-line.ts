import type { Judgement } from '../../sentinel.js'
import type { ReadRecord } from '../history/read-records.js'

const COLUMNS = [
  'file',
  'line',
  'status',
  'action',
  'reason',
  'p',
  'prediction_score',
  'confidence',
  'incident',
  'error',
] as const

/** The first line of a report as CSV. */
export const HEADINGS = `${COLUMNS.join(',')}\n`

/**
 * What is said of one line of a file, as a line.
 * @param judgement null where it is no record
 */
export function answerLine(
  { file, line, fault }: ReadRecord,
  judgement: Judgement | null,
  form: 'ndjson' | 'csv',
): string {
  const answer: Answer =
    judgement === null ? { file, line, status: 'REJECTED', error: fault } : answerOf(file, line, judgement)
  if (form === 'ndjson') return `${JSON.stringify(answer)}\n`
  return `${COLUMNS.map((name) => cell(answer[name])).join(',')}\n`
}

type Answer = Partial<Record<(typeof COLUMNS)[number], unknown>>

function answerOf(file: string, line: number, { anomaly, p, verdict }: Judgement): Answer {
  if (anomaly === null) return { file, line, status: 'OK', p, prediction_score: verdict.score }
  const { action, reason, confidence, incident } = anomaly
  const told = { action, reason, p, prediction_score: verdict.score, confidence, incident }
  return { file, line, status: 'THREAT_DETECTED', ...told }
}

/** By RFC 4180; one that a program for tables would take for a formula begins with a quote. */
function cell(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value)
  const plain = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

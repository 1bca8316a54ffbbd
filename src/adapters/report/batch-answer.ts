import type { ReportedVerdict } from '../options.js'

/** What a sidecar says of a batch, as far as it is read here. */
export interface BatchAnswer {
  readonly accepted: number
  readonly rejected: number
  readonly threats: number
  readonly anomalies: readonly (ReportedVerdict['anomaly'] & { readonly line: number })[]
}

/** Reads the answer to a batch. Whoever answers there may be no sidecar at all: what is not as it should be is nothing. */
export function readBatchAnswer(body: string): BatchAnswer {
  const { accepted, rejected, threats, anomalies } = fieldsOf(parsed(body))
  return {
    accepted: countOf(accepted),
    rejected: countOf(rejected),
    threats: countOf(threats),
    anomalies: Array.isArray(anomalies) ? anomalies.map(fieldsOf).flatMap(anomalyOf) : [],
  }
}

/** What a refusal says, in one line; null for what says nothing. */
export function errorIn(body: string): string | null {
  const { message } = fieldsOf(parsed(body))
  return typeof message === 'string' ? (message.split('\n', 1)[0] ?? null) : null
}

function anomalyOf({ line, id, action, reason, confidence }: Fields): BatchAnswer['anomalies'] {
  if (action !== 'observe' && action !== 'throttle' && action !== 'freeze') return []
  return [
    { line: countOf(line), id: String(id), action, reason: String(reason), confidence: Number(confidence) },
  ]
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function countOf(value: unknown): number {
  return Number.isInteger(value) ? Math.max(0, Number(value)) : 0
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

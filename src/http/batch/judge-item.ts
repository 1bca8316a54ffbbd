import type { Sentinel } from '../../sentinel.js'
import type { Telemetry } from '../../telemetry/record.js'
import { ApiError } from '../errors/error-codes.js'
import type { BatchThreat } from '../schemas/batch.js'

/** Says what is to be told of a record; null for one that nobody is to hear of. */
export type JudgeItem = (record: Telemetry, line: number) => BatchThreat | Promise<BatchThreat> | null

/** Judges, learns and reports as for a single record. */
export function judging(sentinel: Sentinel): JudgeItem {
  return (record, line) => {
    const judgement = sentinel.judge(record)
    if (judgement === null) throw closed()
    const { anomaly, verdict } = judgement
    if (anomaly === null) return null
    const { id, action, reason, confidence } = anomaly
    const threat = (text: string): BatchThreat => ({
      line,
      id,
      status: 'THREAT_DETECTED',
      action,
      reason: text,
      prediction_score: verdict.score,
      confidence,
    })
    return typeof reason === 'string' ? threat(reason) : reason.then(threat)
  }
}

/** Only looks: each record is judged by itself, and nothing is learnt, counted or kept. */
export function tryingOut(sentinel: Sentinel): JudgeItem {
  return (record, line) => {
    const trial = sentinel.tryOut(record)
    if (trial === null) throw closed()
    const { action, reason, confidence, verdict } = trial
    if (action === null || reason === null) return null
    const { score } = verdict
    return { line, status: 'THREAT_DETECTED', action, reason, prediction_score: score, confidence }
  }
}

function closed(): ApiError {
  return new ApiError('SENTINEL_UNAVAILABLE', 'the sentinel is closed')
}

import type { Sentinel } from '../../sentinel.js'
import type { Telemetry } from '../../telemetry/record.js'
import { recordTimeMs } from '../../telemetry/record-clock.js'
import { ApiError } from '../errors/error-codes.js'
import type { BatchThreat } from '../schemas/batch.js'
import { recordFault } from './record-fault.js'

/** What is done with the items of a batch. */
export interface ItemJudge {
  /** Why a value is not judged, in words that name the field; null for a record that is. */
  faultOf(value: unknown): string | null
  /** Says what is to be told of a record; null for one that nobody is to hear of. */
  judge(record: Telemetry, line: number): BatchThreat | Promise<BatchThreat> | null
}

/** Judges, learns and reports as for a single record. */
export function judging(sentinel: Sentinel): ItemJudge {
  return { faultOf: recordFault, judge: (record, line) => judgeOne(sentinel, record, line) }
}

/** The same, each record at the time that it says itself. */
export function judgingAtItsTime(sentinel: Sentinel): ItemJudge {
  return {
    faultOf: (value) => recordFault(value) ?? timeFault(value as Telemetry),
    judge: (record, line) => judgeOne(sentinel, record, line, recordTimeMs(record.timestamp) ?? undefined),
  }
}

function timeFault({ timestamp }: Telemetry): string | null {
  if (recordTimeMs(timestamp) !== null) return null
  return 'timestamp must be ISO 8601 text or a Unix time, for with at=timestamp it is the clock'
}

function judgeOne(
  sentinel: Sentinel,
  record: Telemetry,
  line: number,
  atMs?: number,
): BatchThreat | Promise<BatchThreat> | null {
  const judgement = sentinel.judge(record, atMs === undefined ? undefined : { atMs })
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

/** Only looks: each record is judged by itself, and nothing is learnt, counted or kept. */
export function tryingOut(sentinel: Sentinel): ItemJudge {
  const judge: ItemJudge['judge'] = (record, line) => {
    const trial = sentinel.tryOut(record)
    if (trial === null) throw closed()
    const { action, reason, confidence, verdict } = trial
    if (action === null || reason === null) return null
    const { score } = verdict
    return { line, status: 'THREAT_DETECTED', action, reason, prediction_score: score, confidence }
  }
  return { faultOf: recordFault, judge }
}

function closed(): ApiError {
  return new ApiError('SENTINEL_UNAVAILABLE', 'the sentinel is closed')
}

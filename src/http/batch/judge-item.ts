import type { Judge } from '../../detectors/named-detector.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { recordTimeMs } from '../../telemetry/record-clock.js'
import { ApiError } from '../errors/error-codes.js'
import type { BatchThreat } from '../schemas/batch.js'
import { type RecordFault, recordFaultOf } from './record-fault.js'

/** What is done with the items of a batch. */
export interface ItemJudge {
  /** Why a value is not judged, in words that name the field; null for a record that is. */
  readonly faultOf: RecordFault
  /** Says what is to be told of a record; null for one that nobody is to hear of. */
  judge(record: TelemetryRecord, line: number): BatchThreat | Promise<BatchThreat> | null
  /** By whose baseline a record would be judged now; left out where all share one. */
  readonly ownerOf?: ((record: TelemetryRecord) => object) | undefined
}

/** Judges, learns and reports as for a single record. */
export function judging(sentinel: Judge): ItemJudge {
  return {
    faultOf: recordFaultOf(sentinel.telemetry),
    judge: (record, line) => judgeOne(sentinel, record, line),
    ownerOf: sentinel.ownerOf,
  }
}

/** The same, each record at the time that it says itself. */
export function judgingAtItsTime(sentinel: Judge): ItemJudge {
  const { telemetry } = sentinel
  const faultOf = recordFaultOf(telemetry)
  const timeOf = (record: TelemetryRecord) => recordTimeMs(telemetry.timestampOf(record)) ?? undefined
  return {
    faultOf: (value) => faultOf(value) ?? timeFault(telemetry, value as TelemetryRecord),
    judge: (record, line) => judgeOne(sentinel, record, line, timeOf(record)),
    ownerOf: sentinel.ownerOf,
  }
}

function timeFault(telemetry: TelemetryModel, record: TelemetryRecord): string | null {
  if (recordTimeMs(telemetry.timestampOf(record)) !== null) return null
  return 'timestamp must be ISO 8601 text or a Unix time, for with at=timestamp it is the clock'
}

function judgeOne(
  sentinel: Judge,
  record: TelemetryRecord,
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
export function tryingOut(sentinel: Judge): ItemJudge {
  const judge: ItemJudge['judge'] = (record, line) => {
    const trial = sentinel.tryOut(record)
    if (trial === null) throw closed()
    const { action, reason, confidence, verdict } = trial
    if (action === null || reason === null) return null
    const { score } = verdict
    return { line, status: 'THREAT_DETECTED', action, reason, prediction_score: score, confidence }
  }
  return { faultOf: recordFaultOf(sentinel.telemetry), judge, ownerOf: sentinel.ownerOf }
}

function closed(): ApiError {
  return new ApiError('SENTINEL_UNAVAILABLE', 'the sentinel is closed')
}

import type { TelemetryRecord } from '../../telemetry/record.js'
import type { BatchThreat, RejectedLine } from '../schemas/batch.js'
import type { ItemSource } from './batch-items.js'
import type { ItemJudge } from './judge-item.js'
import type { SharedTurns } from './shared-turns.js'

/** After so many records it is asked what time it is: an anomaly costs several times what an ordinary record does. */
const RECORDS_A_LOOK = 8

/** Told of each item, in order. */
export interface BatchSink {
  ok(line: number): void
  threat(threat: BatchThreat | Promise<BatchThreat>): void
  rejected(line: RejectedLine): void
}

/** What came of a batch. */
export interface BatchTotals {
  accepted: number
  rejected: number
  threats: number
  /** Items that were JSON, records or not. */
  parsed: number
}

/** Judges the items of a batch in order, and lets others have their turn in between. One bad item stops none. */
export async function judgeBatch(
  judge: ItemJudge,
  items: ItemSource,
  turns: SharedTurns,
  sink: BatchSink,
): Promise<BatchTotals> {
  const totals: BatchTotals = { accepted: 0, rejected: 0, threats: 0, parsed: 0 }
  let sinceLook = 0
  for (let i = 0; i < items.size; i++) {
    if (++sinceLook > RECORDS_A_LOOK) {
      sinceLook = 1
      if (turns.isOver) await turns.next()
    }
    const item = items.read(i)
    if (item === null) continue
    const { line, value, fault } = item
    if (fault === null) totals.parsed++
    const error =
      fault === null
        ? errorOf(judge.faultOf(value))
        : ({ code: 'SENTINEL_INVALID_JSON', message: fault } as const)
    if (error !== null) {
      totals.rejected++
      sink.rejected({ line, status: 'REJECTED', error })
      continue
    }
    const threat = judge.judge(value as TelemetryRecord, line)
    totals.accepted++
    if (threat === null) {
      sink.ok(line)
    } else {
      totals.threats++
      sink.threat(threat)
    }
  }
  return totals
}

function errorOf(message: string | null): RejectedLine['error'] | null {
  return message === null ? null : { code: 'SENTINEL_INVALID_BODY', message }
}

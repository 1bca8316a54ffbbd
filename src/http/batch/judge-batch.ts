import { nextTurn } from '../../runtime/timers.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { BatchThreat, RejectedLine } from '../schemas/batch.js'
import type { BatchItem } from './batch-items.js'
import type { JudgeItem } from './judge-item.js'
import { recordFault } from './record-fault.js'

/** Records judged in one turn of the event loop: some half a millisecond, for that is what single requests wait. */
const RECORDS_A_TURN = 64

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
  judge: JudgeItem,
  items: Iterable<BatchItem>,
  sink: BatchSink,
): Promise<BatchTotals> {
  const totals: BatchTotals = { accepted: 0, rejected: 0, threats: 0, parsed: 0 }
  let inTurn = 0
  for (const { line, value, fault } of items) {
    if (++inTurn > RECORDS_A_TURN) {
      inTurn = 1
      await nextTurn()
    }
    if (fault === null) totals.parsed++
    const error =
      fault === null ? faultOf(value) : ({ code: 'SENTINEL_INVALID_JSON', message: fault } as const)
    if (error !== null) {
      totals.rejected++
      sink.rejected({ line, status: 'REJECTED', error })
      continue
    }
    const threat = judge(value as Telemetry, line)
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

function faultOf(value: unknown): RejectedLine['error'] | null {
  const message = recordFault(value)
  return message === null ? null : { code: 'SENTINEL_INVALID_BODY', message }
}

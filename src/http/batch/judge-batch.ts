import type { TelemetryRecord } from '../../telemetry/record.js'
import type { BatchThreat, RejectedLine } from '../schemas/batch.js'
import type { BatchItem, ItemSource } from './batch-items.js'
import { type Found, HeldItems } from './held-items.js'
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

/**
 * Judges the items of a batch and tells of them in order, and lets others have their turn in between. One bad item stops
 * none. Where baselines are several, records are held for a while and judged baseline by baseline, those of each as they came:
 * in turn each record would wait for the processor's caches.
 */
export async function judgeBatch(
  judge: ItemJudge,
  items: ItemSource,
  turns: SharedTurns,
  sink: BatchSink,
): Promise<BatchTotals> {
  const totals: BatchTotals = { accepted: 0, rejected: 0, threats: 0, parsed: 0 }
  const { ownerOf } = judge
  let held = new HeldItems()
  let sinceLook = 0
  const isDue = (): boolean => {
    if (++sinceLook <= RECORDS_A_LOOK) return false
    sinceLook = 1
    return turns.isOver
  }
  for (let i = 0; i < items.size; i++) {
    if (isDue()) await turns.next()
    const item = items.read(i)
    if (item === null) continue
    if (item.fault === null) totals.parsed++
    const one = found(judge, item)
    if (ownerOf === undefined) {
      if ('record' in one) one.threat = judge.judge(one.record, one.line)
      tell(one, totals, sink)
      continue
    }
    held.add(one, 'record' in one ? ownerOf(one.record) : null, item.bytes)
    if (held.isFull) await judgeHeld()
  }
  await judgeHeld()
  return totals

  async function judgeHeld(): Promise<void> {
    for (const group of held.groups) {
      for (const one of group) {
        if (isDue()) await turns.next()
        one.threat = judge.judge(one.record, one.line)
      }
    }
    for (const one of held.all) tell(one, totals, sink)
    held = new HeldItems()
  }
}

function errorOf(message: string | null): RejectedLine['error'] | null {
  return message === null ? null : { code: 'SENTINEL_INVALID_BODY', message }
}

/** Checks an item. */
function found(judge: ItemJudge, { line, value, fault }: BatchItem): Found {
  const error =
    fault === null
      ? errorOf(judge.faultOf(value))
      : ({ code: 'SENTINEL_INVALID_JSON', message: fault } as const)
  return error === null
    ? { line, record: value as TelemetryRecord, threat: null }
    : { line, status: 'REJECTED', error }
}

function tell(one: Found, totals: BatchTotals, sink: BatchSink): void {
  if (!('record' in one)) {
    totals.rejected++
    sink.rejected(one)
    return
  }
  totals.accepted++
  if (one.threat === null) {
    sink.ok(one.line)
  } else {
    totals.threats++
    sink.threat(one.threat)
  }
}

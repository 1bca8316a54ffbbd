import { dataFolder, readKdd, readOpenStack, readTelemetry, type Stream } from '../../../made-up/streams.js'
import type { TimedRecord } from '../../../made-up/timed-traffic.js'

/** Attacks of a kind with fewer other records than this between them are one. */
const APART = 50
/** From record to record where a stream has no times. */
const GAP_MS = 100

export interface Recorded {
  readonly name: string
  readonly records: readonly TimedRecord[]
  readonly labelled: boolean
}

/** Recorded streams with their times; none where the data is missing. */
export function recordedStreams(): Recorded[] {
  const folder = dataFolder()
  if (folder === null) return []
  return [readTelemetry(folder), readKdd(folder), readOpenStack(folder)].map(timed)
}

export function ordinaryOnly(records: readonly TimedRecord[]): TimedRecord[] {
  return records.filter(({ label }) => label === 0)
}

function timed({ name, records }: Stream): Recorded {
  const last = new Map<string, { at: number; attack: number }>()
  let next = 0
  const numbered = records.map((record, at): TimedRecord => {
    const { timestamp } = record as { timestamp?: string }
    const timeMs = timestamp === undefined ? at * GAP_MS : Date.parse(timestamp)
    if (!record.label) return { ...record, timeMs, kind: 'normal', attack: -1 }
    const { kind = 'attack' } = record as { kind?: string }
    const open = last.get(kind)
    const attack = open !== undefined && at - open.at <= APART ? open.attack : next++
    last.set(kind, { at, attack })
    return { ...record, timeMs, kind, attack }
  })
  return {
    name: name.replace('streams/', ''),
    records: numbered,
    labelled: records.some(({ label }) => label > 0),
  }
}

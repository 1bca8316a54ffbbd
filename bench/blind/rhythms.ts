import {
  changingTraffic,
  hourlyJobTraffic,
  isNight,
  nightsTraffic,
  RHYTHM_START_MS,
} from '../../made-up/rhythmic-traffic.js'
import type { TimedRecord } from '../../made-up/timed-traffic.js'
import { hear } from '../accuracy/alerts/heard.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Share of some records that somebody is told of, when all of them came through detector and alerts. */
async function toldShare(
  records: readonly TimedRecord[],
  which: (record: TimedRecord, ms: number) => boolean,
): Promise<number> {
  const { alerted } = await hear(records)
  let count = 0
  let told = 0
  for (const [i, record] of records.entries()) {
    if (!which(record, record.timeMs - RHYTHM_START_MS)) continue
    count += 1
    told += alerted[i] as number
  }
  return told / count
}

/** Nights of another kind of records, from the third whole one on. */
export function nightsTold(): Promise<number> {
  const records = nightsTraffic(1, 6, 500)
  return toldShare(records, ({ timeMs }, ms) => isNight(timeMs) && ms >= 3 * DAY_MS - 2 * HOUR_MS)
}

/** The records of an hourly job, 4% of all, from the eighth hour on. */
export function jobTold(): Promise<number> {
  return toldShare(hourlyJobTraffic(1, 24, 1000), ({ kind }, ms) => kind === 'job' && ms >= 8 * HOUR_MS)
}

/** The same job at another time of the hour than ever before: an attack that looks like it. */
export function jobAtAnotherTimeTold(): Promise<number> {
  const records = hourlyJobTraffic(1, 24, 1000).map((record) =>
    record.kind === 'job' && record.timeMs >= RHYTHM_START_MS + 23 * HOUR_MS
      ? { ...record, timeMs: record.timeMs + 20 * 60_000 }
      : record,
  )
  records.sort((a, b) => a.timeMs - b.timeMs)
  return toldShare(records, ({ kind }, ms) => kind === 'job' && ms >= 23 * HOUR_MS)
}

/** All records the same from some point on, at four a minute: those of six hours later and after. */
export function constantTold(): Promise<number> {
  const at = 2500
  const gapMs = 15_000
  const constant = (record: TimedRecord): TimedRecord => ({ ...record, latency: 900, input_length: 9000 })
  const records = changingTraffic(1, 6500, gapMs, at, constant)
  return toldShare(records, (_, ms) => ms >= at * gapMs + 6 * HOUR_MS)
}

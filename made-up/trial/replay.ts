import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type DetectorOptions } from '#sentinel/detector/detector.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'

/**
 * The service's defaults, but without static rules, and with each fit at the record that makes it due: the records alone
 * decide, and no thread has to be started for a few thousand of them.
 */
export const DEFAULTS = {
  ...loadConfig({}).detector,
  fit: 'sync',
  rules: {},
} as const satisfies DetectorOptions

export interface Replay {
  /** By record; NaN while there was no forest. */
  readonly scores: Float64Array
  /** 1 where the verdict was an anomaly. */
  readonly flags: Uint8Array
}

/** Runs records through a detector, one after the other: the same every time. Where all say when they came, that is the time. */
export async function replay(
  records: readonly Telemetry[],
  options: Partial<DetectorOptions> = {},
): Promise<Replay> {
  let nowMs = 0
  const timed = records.every((record) => timeOf(record) !== undefined)
  const clock = timed ? { clock: () => nowMs } : {}
  const detector = await Detector.create({ ...DEFAULTS, ...clock, ...options })
  const scores = new Float64Array(records.length)
  const flags = new Uint8Array(records.length)
  for (const [i, record] of records.entries()) {
    nowMs = Date.parse(timeOf(record) ?? '')
    const { detector: by, score, anomalous } = detector.analyze(record)
    scores[i] = by === 'forest' ? score : Number.NaN
    flags[i] = anomalous ? 1 : 0
  }
  await detector.close()
  return { scores, flags }
}

function timeOf(record: Telemetry): string | undefined {
  return (record as { readonly timestamp?: string }).timestamp
}

/** A detector that has seen these records; the caller closes it. */
export async function taught(
  records: readonly Telemetry[],
  options: Partial<DetectorOptions> = {},
): Promise<Detector> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  for (const record of records) detector.analyze(record)
  return detector
}

/** Share of flags that are set from record `from` up to `to`. */
export function flaggedShare(flags: Uint8Array, from: number, to: number): number {
  let set = 0
  for (let i = from; i < to; i++) set += flags[i] as number
  return set / (to - from)
}

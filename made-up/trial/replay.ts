import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type DetectorOptions } from '#sentinel/detector/detector.js'
import type { Verdict } from '#sentinel/detector/verdict.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'

/**
 * The service's defaults, but without static rules and without a limit on training, so that each fit is done
 * before the next record.
 */
export const DEFAULTS = { ...loadConfig({}).detector, trainDuty: 1, rules: {} }

export interface Replay {
  /** By record; NaN while there was no forest. */
  readonly scores: Float64Array
  /** 1 where the verdict was an anomaly. */
  readonly flags: Uint8Array
}

/** Runs records through a detector, one after the other, waiting for each fit: the same every time. */
export async function replay(
  records: readonly Telemetry[],
  options: Partial<DetectorOptions> = {},
): Promise<Replay> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  const scores = new Float64Array(records.length)
  const flags = new Uint8Array(records.length)
  await feed(detector, records, ({ detector: by, score, anomalous }, i) => {
    scores[i] = by === 'forest' ? score : Number.NaN
    flags[i] = anomalous ? 1 : 0
  })
  await detector.close()
  return { scores, flags }
}

/** A detector that has seen these records, each fit done before the next record; the caller closes it. */
export async function taught(
  records: readonly Telemetry[],
  options: Partial<DetectorOptions> = {},
): Promise<Detector> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  await feed(detector, records)
  return detector
}

async function feed(
  detector: Detector,
  records: readonly Telemetry[],
  onVerdict?: (verdict: Verdict, index: number) => void,
): Promise<void> {
  for (const [i, record] of records.entries()) {
    const verdict = detector.analyze(record)
    onVerdict?.(verdict, i)
    if ((i + 1) % DEFAULTS.retrainEvery === 0) await detector.settled()
  }
}

/** Share of flags that are set from record `from` up to `to`. */
export function flaggedShare(flags: Uint8Array, from: number, to: number): number {
  let set = 0
  for (let i = from; i < to; i++) set += flags[i] as number
  return set / (to - from)
}

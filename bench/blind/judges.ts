import { Detector } from '#sentinel/detector/detector.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { FEATURES } from '#sentinel/telemetry/features.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { DEFAULTS, taught } from '../../made-up/trial/replay.js'

/** Who judges: the detector on either baseline, or by a forest that was fitted on the same records elsewhere. */
export const JUDGES = ['guarded', 'window', 'given'] as const
export type Judge = (typeof JUDGES)[number]

export interface Setting {
  readonly contamination?: number
  readonly seed?: number
}

/** A detector that knows these records; the caller closes it. Where there is an option against a blindness, it is on. */
export async function knowing(
  judge: Judge,
  records: readonly Telemetry[],
  { contamination = 0.1, seed = 42 }: Setting = {},
): Promise<Detector> {
  if (judge !== 'given')
    return taught(records, { baseline: judge, contamination, seed, ...{ rangeExtension: true } })
  const names = FEATURES.map(({ name }) => name)
  const rows = records.map((record) => FEATURES.map(({ extract }) => extract(record)))
  const options = { nFeatures: names.length, contamination, seed, ...optionsOfLate }
  const forest = (await IsolationForest.create(options)).fit(rows.slice(-1000))
  return Detector.create({ ...DEFAULTS, baseline: 'window', forest: forest.toBytes() })
}

/** What a library of before has no word for, it takes no notice of. */
const optionsOfLate = { rangeExtension: true }

/** Share of records that are flagged; each is judged as the next one, and none is learnt from. */
export function shareSeen(detector: Detector, records: readonly Telemetry[]): number {
  let seen = 0
  for (const record of records) if (detector.rate(record).anomalous) seen += 1
  detector.learn('never')
  return seen / records.length
}

import type { DetectorOptions } from '#sentinel/detector/detector.js'
import type { Labelled } from '../../made-up/traffic.js'
import { replay } from '../../made-up/trial/replay.js'

const high = { direction: 'high' } as const

/** Settings that an operator may choose between. */
export const setting: readonly { readonly name: string; readonly options: Partial<DetectorOptions> }[] = [
  { name: 'plain window', options: { baseline: 'window' } },
  { name: 'plain window, contamination auto', options: { baseline: 'window', contamination: 'auto' } },
  { name: 'guarded (default)', options: {} },
  { name: 'contamination 0.05', options: { contamination: 0.05 } },
  { name: 'contamination 0.01', options: { contamination: 0.01 } },
  { name: 'contamination auto', options: { contamination: 'auto' } },
  { name: 'min confidence 0.9', options: { minConfidence: 0.9 } },
  { name: 'min confidence 0.99', options: { minConfidence: 0.99 } },
  {
    name: 'direction high for all',
    options: { policies: { latency: high, input_length: high, errors: high } },
  },
  {
    name: 'high, and up to +100% ignored',
    options: {
      policies: {
        latency: { ...high, ignoreRelative: 1 },
        input_length: { ...high, ignoreRelative: 1 },
        errors: { ...high, ignore: 1 },
      },
    },
  },
]

/** One record in 20 is the attacker's, on the route of the first record, each `growth` times the one before. */
export async function slowDrift(
  clean: readonly Labelled[],
  growth: number,
  baseline: 'guarded' | 'window',
): Promise<{ readonly share: number; readonly reached: number }> {
  const from = 2000
  const model = clean.find((record) => record.route === '/analyze') as Labelled
  const start = 120
  let latency = start
  const records = clean.map((record, i) => {
    if (i < from || i % 20 !== 0) return record
    latency *= growth
    return { ...model, latency, input_length: 900, errors: 0, label: 1 }
  })
  const { flags } = await replay(records, { baseline })
  let attacks = 0
  let flagged = 0
  let reached = start
  for (const [i, record] of records.entries()) {
    if (record.label === 0) continue
    attacks += 1
    flagged += flags[i] as number
    if (!flags[i]) reached = Math.max(reached, record.latency)
  }
  return { share: flagged / attacks, reached: reached / start }
}

import { type ScikitLearnTimings, type Skipped, timeScikitLearn } from '../peers/scikit-learn.js'
import { quantile } from '../race.js'
import { telemetryRows } from '../rows.js'
import { duration, table, times } from '../table.js'
import { wasmForest } from './contenders.js'
import type { Headline } from './headline.js'

const options = { nTrees: 100, subsampleSize: 256, seed: 42 }

/** Times scikit-learn where it is there, after checking that both find the same rows odd. */
export async function native(seconds: number): Promise<ScikitLearnTimings | Skipped> {
  const rows = telemetryRows(1000, 1)
  const timings = timeScikitLearn(rows, options, seconds)
  if ('skipped' in timings) return timings
  const forest = (await wasmForest('plain', { nFeatures: 3, ...options })).fit(rows)
  const gap = quantile(
    [...forest.scoreBatch(rows)].map((score, i) => Math.abs(score - (timings.scores[i] as number))),
    0.9,
  )
  if (gap > 0.05) throw new Error(`scikit-learn scores the same rows otherwise, by ${gap.toFixed(3)}`)
  return timings
}

export function showNative(timings: ScikitLearnTimings | Skipped, { single, fit, batch }: Headline): string {
  if ('skipped' in timings) return `scikit-learn: skipped, ${timings.skipped}`
  const row = (what: string, ns: number, ours: number) => [
    what,
    times(ns / ours),
    duration(ns),
    duration(ours),
  ]
  const median = (samples: number[], ns: number) => quantile(samples, 0.5) * ns
  return table(
    [`scikit-learn ${timings.version}, one thread`, 'takes', 'scikit-learn', 'wasm'],
    [
      row('score a row', median(timings.single_us, 1e3), single[0]?.median ?? Number.NaN),
      row('a row in a batch', median(timings.batch_us, 1e3), batch.at(-1)?.median ?? Number.NaN),
      row('fit', median(timings.fit_ms, 1e6), fit[0]?.median ?? Number.NaN),
    ],
  )
}

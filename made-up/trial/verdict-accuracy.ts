import type { Labelled } from '../traffic.js'
import { auroc, averagePrecision } from './ranking.js'
import type { Replay } from './replay.js'

export interface Accuracy {
  readonly auroc: number
  readonly averagePrecision: number
  readonly precision: number
  readonly recall: number
  readonly falsePositiveRate: number
}

/** Accuracy over the records that a forest scored. */
export function accuracyOf(records: readonly Labelled[], { scores, flags }: Replay): Accuracy {
  const scored = records.map((_, i) => i).filter((i) => !Number.isNaN(scores[i]))
  const labels = scored.map((i) => records[i]?.label ?? 0)
  const ranked = scored.map((i) => scores[i] as number)
  const anomalies = labels.filter((label) => label > 0).length
  const flagged = scored.filter((i) => flags[i]).length
  const hits = scored.filter((i) => flags[i] && records[i]?.label).length
  return {
    auroc: auroc(ranked, labels),
    averagePrecision: averagePrecision(ranked, labels),
    precision: hits / flagged,
    recall: hits / anomalies,
    falsePositiveRate: (flagged - hits) / (scored.length - anomalies),
  }
}

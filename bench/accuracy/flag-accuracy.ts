import type { Replay } from './replay.js'
import type { Labelled } from './streams.js'

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
  const anomalies = scored.filter((i) => records[i]?.label)
  const hits = anomalies.filter((i) => flags[i]).length
  const flagged = scored.filter((i) => flags[i]).length
  const normal = scored.length - anomalies.length
  const descending = scored.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  let found = 0
  let seen = 0
  let pairs = 0
  let averagePrecision = 0
  // Ties share one place: half a pair each, one step of the precision-recall curve.
  for (let start = 0; start < descending.length; ) {
    let end = start
    let here = 0
    while (
      end < descending.length &&
      scores[descending[end] as number] === scores[descending[start] as number]
    ) {
      here += records[descending[end] as number]?.label ?? 0
      end += 1
    }
    const others = end - start - here
    pairs += here * (normal - (seen - found) - others / 2)
    found += here
    seen = end
    averagePrecision += (here / anomalies.length) * (found / seen)
    start = end
  }
  return {
    auroc: pairs / (anomalies.length * normal),
    averagePrecision,
    precision: hits / flagged,
    recall: hits / anomalies.length,
    falsePositiveRate: (flagged - hits) / normal,
  }
}

import { IsolationForest } from '#sentinel/forest/index.js'
import { auroc, averagePrecision } from './ranking.js'
import type { WindowFigures } from './series.js'

const WINDOW = 1000
const BLOCK = 50

/**
 * The plain forest over time: each record is scored by the forest that was fitted on the thousand before its
 * block of 50, as the scikit-learn figures were taken. The first block has no forest and does not count.
 */
export async function slidingWindow(
  rows: readonly number[][],
  labels: readonly number[],
): Promise<WindowFigures> {
  const nFeatures = rows[0]?.length ?? 0
  const forest = await IsolationForest.create({ nFeatures, maxRows: WINDOW, seed: 42 })
  const scores: number[] = []
  const judged = labels.slice(BLOCK)
  let [flagged, found, negatives] = [0, 0, 0]
  for (let first = BLOCK; first < rows.length; first += BLOCK) {
    forest.fit(rows.slice(Math.max(0, first - WINDOW), first))
    for (let i = first; i < Math.min(first + BLOCK, rows.length); i++) {
      const score = forest.score(rows[i] as number[])
      scores.push(score)
      const anomalous = score > forest.threshold
      flagged += anomalous ? 1 : 0
      found += anomalous && labels[i] ? 1 : 0
      negatives += labels[i] ? 0 : 1
    }
  }
  return {
    auroc: auroc(scores, judged),
    averagePrecision: averagePrecision(scores, judged),
    precision: found / flagged,
    recall: found / (judged.length - negatives),
    falsePositiveRate: (flagged - found) / negatives,
  }
}

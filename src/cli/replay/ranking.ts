/** Rows with one score. */
export interface TiedGroup {
  size: number
  /** Those of them that are anomalies. */
  positives: number
}

/**
 * Area under the ROC curve by ranks: the share of (anomaly, normal) pairs in which the anomaly scores higher,
 * a tie counting one half (Mann and Whitney 1947). NaN without both classes.
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  return aurocOf(tiedGroups(scores, labels))
}

/**
 * Average precision, Σ (R_i - R_{i-1}) P_i over thresholds from the highest score down, without interpolation:
 * scikit-learn's `average_precision_score`. NaN without anomalies.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  return averagePrecisionOf(tiedGroups(scores, labels))
}

/** `auroc`. @param groups from the lowest score up */
export function aurocOf(groups: readonly TiedGroup[]): number {
  let rankSum = 0
  let positives = 0
  let rows = 0
  for (const group of groups) {
    // Ranks 1-based ascending; every member of a tie gets the middle rank.
    const middleRank = rows + (group.size + 1) / 2
    rankSum += group.positives * middleRank
    positives += group.positives
    rows += group.size
  }
  const negatives = rows - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** `averagePrecision`. @param groups from the lowest score up */
export function averagePrecisionOf(groups: readonly TiedGroup[]): number {
  let found = 0
  let flagged = 0
  let sum = 0
  for (const group of groups.toReversed()) {
    found += group.positives
    flagged += group.size
    sum += (group.positives * found) / flagged
  }
  return sum / found
}

function tiedGroups(scores: ArrayLike<number>, labels: ArrayLike<number>): TiedGroup[] {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i)
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number))
  const groups: TiedGroup[] = []
  let last = Number.NaN
  for (const row of order) {
    let group = groups.at(-1)
    if (!group || scores[row] !== last) {
      group = { size: 0, positives: 0 }
      groups.push(group)
      last = scores[row] as number
    }
    group.size++
    group.positives += labels[row] ? 1 : 0
  }
  return groups
}

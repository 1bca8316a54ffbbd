/** Ranks this many standard deviations of a binomial count around the threshold are kept, all of them. */
const EXACT_DEVIATIONS = 6
/** Elsewhere there is a rank in so many parts of all. */
const PARTS = 512

/**
 * Which of n ascending scores a table keeps. Confidence depends on how many scores are at most a given one, and changes
 * with it only within a few standard deviations of the threshold's rank: there every rank is kept, elsewhere one in 1/512
 * of all, the first and the last among them.
 * @param middle rank of the threshold, 0 to n
 * @internal
 */
export function keptRanks(n: number, middle: number): number[] {
  const share = 1 - middle / n
  const reach = Math.ceil(EXACT_DEVIATIONS * Math.sqrt(n * share * (1 - share))) + 2
  const step = Math.max(1, Math.floor(n / PARTS))
  const ranks: number[] = []
  for (let rank = 0; rank < n; ) {
    ranks.push(rank)
    if (rank === n - 1) break
    const exact = rank >= middle - reach && rank < middle + reach
    const next = exact ? rank + 1 : rank + step
    const entersExact = rank < middle - reach && next > middle - reach
    rank = Math.min(entersExact ? Math.max(rank + 1, middle - reach) : next, n - 1)
  }
  return ranks
}

/** The n scores again from those that were kept: in between they are taken to lie evenly. @internal */
export function spreadScores(kept: Float64Array, n: number, middle: number): Float64Array {
  const scores = new Float64Array(n)
  const ranks = keptRanks(n, middle)
  for (let i = 0; i < ranks.length; i++) {
    const from = ranks[i] as number
    const to = ranks[i + 1] ?? from + 1
    const low = kept[i] as number
    const high = kept[i + 1] ?? low
    for (let rank = from; rank < to; rank++) {
      scores[rank] = low + ((high - low) * (rank - from)) / (to - from)
    }
  }
  return scores
}

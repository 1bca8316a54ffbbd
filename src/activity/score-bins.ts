/** Scores lie around 0.5, and few beyond these: bins of 0.02 between them, one below and one above. */
const LEAST = 0.3
const MOST = 0.9
const BINS_A_UNIT = 50
const WIDTH = 1 / BINS_A_UNIT
const INNER = Math.round((MOST - LEAST) * BINS_A_UNIT)

const MOST_CODE = 254

/** How many bins the scores of the forest, in (0, 1], are counted in. */
export const SCORE_BINS = INNER + 2

/** The bin of a score. */
export function scoreBin(score: number): number {
  if (score < LEAST) return 0
  return score >= MOST ? SCORE_BINS - 1 : 1 + Math.min(INNER - 1, Math.floor((score - LEAST) * BINS_A_UNIT))
}

/** The byte that a score is kept as; 0 stands for none. */
export function codeOfScore(score: number | null): number {
  return score === null ? 0 : 1 + Math.round(score * MOST_CODE)
}

/** The score that a byte stands for, to 0.002. */
export function scoreOfCode(code: number): number | null {
  return code === 0 ? null : (code - 1) / MOST_CODE
}

/** Bounds of a bin. */
function boundsOf(bin: number): readonly [from: number, to: number] {
  if (bin === 0) return [0, LEAST]
  if (bin === SCORE_BINS - 1) return [MOST, 1]
  return [LEAST + (bin - 1) * WIDTH, LEAST + bin * WIDTH]
}

/**
 * The score that this share of the counted ones is below, as if those of a bin were spread evenly over it; null where
 * none was counted.
 */
export function scoreQuantile(counts: ArrayLike<number>, share: number): number | null {
  let total = 0
  for (let bin = 0; bin < SCORE_BINS; bin++) total += counts[bin] as number
  if (total === 0) return null
  let left = share * total
  for (let bin = 0; bin < SCORE_BINS; bin++) {
    const count = counts[bin] as number
    if (count > 0 && left <= count) {
      const [from, to] = boundsOf(bin)
      return from + ((to - from) * left) / count
    }
    left -= count
  }
  return 1
}

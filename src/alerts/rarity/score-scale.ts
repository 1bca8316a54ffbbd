import { AlertsStateError, type Captured, numbersOf } from '../captured.js'

/** Share of the fitted rows at the top beyond which the scale goes on by its own spacing. */
const TOP = 0.1
/** Down to this share the spacing of the top is measured. */
const FAR_TOP = 0.01
/** How fast that spacing follows from fit to fit. */
const SMOOTHING = 0.1
const LEAST_WIDTH = 1e-3
/** Closest to 1 that a score counts. */
const LEAST_REST = 1e-300

/**
 * Brings the scores of every generation of the forest onto one scale: z = -ln(rank among the rows that the forest was
 * fitted on) up to their top tenth; beyond it z goes on in x = -log2(1 - score), in steps of the distance between the
 * top tenth and the top hundredth. The fitted rows' own scores are those of rows that the forest knows, hence too low:
 * z is no p-value yet, it is what a memory of z makes one of.
 */
export class ScoreScale {
  #scores: Float64Array = new Float64Array(0)
  /** z by how many rows are at or above. */
  #ranks: Float64Array = new Float64Array(0)
  #start = 2
  #startX = 0
  #width = 0

  /** What is placed. */
  score = 0
  /** Of the score placed last: 0 or more; grows strictly beyond the top tenth. */
  z = 0

  get ready(): boolean {
    return this.#scores.length > 0
  }

  /** @param scores of the rows that the forest was fitted on, ascending; copied */
  adopt(scores: Float64Array): void {
    const n = scores.length
    if (n === 0) return
    if (this.#scores.length === n) this.#scores.set(scores)
    else {
      this.#scores = scores.slice()
      this.#ranks = Float64Array.from({ length: n + 1 }, (_, above) =>
        Math.min(Math.log((n + 1) / (1 + above)), Math.LN10),
      )
    }
    this.#start = topScore(scores, TOP)
    this.#startX = stretched(this.#start)
    const width = Math.max(stretched(topScore(scores, FAR_TOP)) - this.#startX, LEAST_WIDTH)
    this.#width = this.#width === 0 ? width : this.#width + SMOOTHING * (width - this.#width)
  }

  /** Places the score: `z`. */
  place(): void {
    const { score } = this
    if (score > this.#start) {
      this.z = Math.LN10 * (1 + (stretched(score) - this.#startX) / this.#width)
      return
    }
    const scores = this.#scores
    // A search by halves without a branch: which way it goes cannot be foreseen, and a wrong guess costs more than the step.
    let low = 0
    for (let left = scores.length; left > 1; ) {
      const half = left >> 1
      low += half & -+((scores[low + half - 1] as number) < score)
      left -= half
    }
    low += +((scores[low] as number) < score)
    this.z = this.#ranks[scores.length - low] as number
  }

  capture(): Captured {
    return { scores: this.#scores.slice(), width: Float64Array.of(this.#width) }
  }

  /** @throws AlertsStateError when that is no scale */
  restore(captured: Captured): void {
    const scores = numbersOf(captured, 'scores')
    const [width = 0] = numbersOf(captured, 'width', 1)
    if (width < 0) throw new AlertsStateError(`width is ${width}`)
    for (let i = 1; i < scores.length; i++)
      if ((scores[i] as number) < (scores[i - 1] as number))
        throw new AlertsStateError('scores do not ascend')
    this.#width = 0
    this.adopt(scores)
    this.#width = width
  }
}

function topScore(ascending: Float64Array, share: number): number {
  const n = ascending.length
  return ascending[n - Math.min(n, Math.max(1, Math.round(share * n)))] as number
}

/** 1 - score on the log scale: a score close to 1 stands out by how little is left. */
function stretched(score: number): number {
  return -Math.log2(Math.max(1 - score, LEAST_REST))
}

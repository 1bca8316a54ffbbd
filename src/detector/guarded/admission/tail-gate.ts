import { countUpTo } from '../../baseline/columns.js'

/** Odd records may come in at this many times the rate that the baseline itself would give them. */
export const TOLERANCE = 2
/** A gate holds at most what it would get in this many records, or one. */
const HELD_RECORDS = 100

/**
 * Lets odd records into the baseline no faster than they would come if nothing had changed. Were the traffic
 * still that of the baseline, a record would score within the top share q of the baseline's scores with
 * probability q (exchangeability, as in conformal prediction). So the tail is cut into octaves, (γ/2, γ],
 * (γ/4, γ/2] and so on to the topmost scores, and each has a bucket that fills at twice its own width a record.
 * Natural tails pass; a burst of records odder than anything known finds the smallest bucket.
 */
export class TailGate {
  /** Tokens by octave, mildest first. */
  readonly tokens = new Float64Array(32).fill(1)
  #share = 0
  #octaves = 0
  #scores: Float64Array = new Float64Array(0)

  /**
   * @param share γ: the share of the baseline that counts as odd
   * @param scores of the baseline, ascending; kept, not copied
   */
  calibrate(share: number, scores: Float64Array): void {
    this.#share = share
    this.#scores = scores
    // The last octave is the first whose lower half is less than one score wide.
    const octaves = Math.floor(Math.log2(share * scores.length)) + 1
    this.#octaves = Math.min(Math.max(octaves, 1), this.tokens.length)
  }

  /** One record has come. */
  tick(): void {
    let top = this.#share
    for (let octave = 0; octave < this.#octaves; octave++) {
      const width = octave === this.#octaves - 1 ? top : top / 2
      const rate = TOLERANCE * width
      this.tokens[octave] = Math.min((this.tokens[octave] as number) + rate, Math.max(1, HELD_RECORDS * rate))
      top /= 2
    }
  }

  /** Whether an odd record of this score may enter; if so, its octave has one token less. */
  pass(score: number): boolean {
    const n = this.#scores.length
    const rank = (1 + n - countUpTo(this.#scores, score)) / (n + 1)
    const octave = Math.min(Math.max(0, Math.floor(Math.log2(this.#share / rank))), this.#octaves - 1)
    const tokens = this.tokens[octave] as number
    if (tokens < 1) return false
    this.tokens[octave] = tokens - 1
    return true
  }
}

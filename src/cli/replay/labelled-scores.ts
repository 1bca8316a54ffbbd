import { aurocOf, averagePrecisionOf, type TiedGroup } from './ranking.js'

/** Bits of a score's float32 that tell it from others: scores closer than 1 in 65,536 count as one. */
const KEPT_BITS = 0xffff_ff80 | 0

/**
 * Scores with the label of each, by what of it matters to their ranking: as many as there are different scores at most,
 * however many there are in all.
 */
export class LabelledScores {
  readonly #groups = new Map<number, TiedGroup>()
  readonly #float = new Float32Array(1)
  readonly #bits = new Int32Array(this.#float.buffer)
  size = 0
  positives = 0

  /** @param score at least 0 */
  add(score: number, positive: boolean): void {
    this.#float[0] = score
    const key = (this.#bits[0] as number) & KEPT_BITS
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { size: 0, positives: 0 }
      this.#groups.set(key, group)
    }
    group.size++
    this.size++
    if (!positive) return
    group.positives++
    this.positives++
  }

  get auroc(): number {
    return aurocOf(this.#ascending)
  }

  get averagePrecision(): number {
    return averagePrecisionOf(this.#ascending)
  }

  /** The bits of a float32 that is not negative compare as it does. */
  get #ascending(): TiedGroup[] {
    return [...this.#groups].sort(([a], [b]) => a - b).map(([, group]) => group)
  }
}

import type { StateArray } from '../../../state/section.js'

/** Records at which the counts are halved, so that what a column was long ago fades. */
const HALVED_AT = 20_000

/** Other values, up to which a feature counts as constant: of more of them the forest knows enough. */
const MOST_OTHERS = 1

/**
 * How constant each feature was, and for how long: records that had the usual value, and records that had another.
 * By Laplace's rule of succession the next one has another value with probability (others + 1) / (records + 2).
 */
export class Constancy {
  readonly #usual: Float64Array
  readonly #same: Float64Array
  readonly #other: Float64Array

  constructor(nFeatures: number) {
    this.#usual = new Float64Array(nFeatures)
    this.#same = new Float64Array(nFeatures)
    this.#other = new Float64Array(nFeatures)
  }

  /** Records that had the usual value. */
  same(feature: number): number {
    return this.#same[feature] as number
  }

  /** Records that had another one. */
  other(feature: number): number {
    return this.#other[feature] as number
  }

  /** Probability that the next record of a constant feature has another value than the usual one; 1 of any other. */
  novelty(feature: number): number {
    return noveltyOf(this.same(feature), this.other(feature))
  }

  /** One more value has come. */
  count(feature: number, value: number): void {
    const counts = value === this.#usual[feature] ? this.#same : this.#other
    counts[feature] = (counts[feature] as number) + 1
  }

  /**
   * The usual value is this from now on. While it stays the counts go on; otherwise they begin with those given.
   * @param same of the latest records
   * @param other of them
   */
  settle(feature: number, usual: number, same: number, other: number): void {
    if (usual !== this.#usual[feature] || this.same(feature) + this.other(feature) < same + other) {
      this.#usual[feature] = usual
      this.#same[feature] = same
      this.#other[feature] = other
    } else if (this.same(feature) + this.other(feature) >= HALVED_AT) {
      this.#same[feature] = this.same(feature) / 2
      this.#other[feature] = this.other(feature) / 2
    }
  }

  /** As before the first record. */
  clear(): void {
    this.#same.fill(0)
    this.#other.fill(0)
  }

  capture(): Float64Array {
    return Float64Array.of(...this.#usual, ...this.#same, ...this.#other)
  }

  restore(captured: StateArray): void {
    const n = this.#usual.length
    if (captured.length !== 3 * n) return
    this.#usual.set(captured.subarray(0, n))
    this.#same.set(captured.subarray(n, 2 * n))
    this.#other.set(captured.subarray(2 * n))
  }
}

/** Laplace's rule of succession, where a feature was constant; 1 where it was not. */
export function noveltyOf(same: number, other: number): number {
  return other > MOST_OTHERS ? 1 : laplace(same, other)
}

/** Laplace's rule of succession: the probability of another value. */
export function laplace(same: number, other: number): number {
  return (other + 1) / (same + other + 2)
}

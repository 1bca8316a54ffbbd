import { AlertsStateError, type Captured, memberOf, numbersOf } from '../captured.js'

/** Bins of a memory; a power of two, so that the search for a rank halves its step. */
export const BINS = 1024

/**
 * How often values came, old ones fading: a histogram of equal bins kept as a Fenwick tree (Fenwick 1994), so that a
 * value is added and ranked in ten steps. The tree counts from the top bin down, since ranks are asked from above and
 * few values are there. When the weight reaches the capacity all of it is halved: the memory then holds between half
 * and all of `capacity` records. Halves of counts are floats without loss, so ranks stay exact.
 */
export class FadingMemory {
  readonly capacity: number
  /** f32[BINS + 1]; node i covers the lowbit(i) bins that end at the i-th from the top. */
  readonly #tree = new Float32Array(BINS + 1)
  /** f32[BINS]: the weight of each bin. */
  readonly #bins = new Float32Array(BINS)
  #total = 0

  /** @param capacity records at which the memory is halved */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Weight of all values. */
  get total(): number {
    return this.#total
  }

  /** @param bin 0 to BINS - 1 */
  add(bin: number): void {
    if (this.#total >= this.capacity) this.#fade()
    const tree = this.#tree
    this.#total += 1
    this.#bins[bin] = (this.#bins[bin] as number) + 1
    for (let i = BINS - bin; i <= BINS; i += i & -i) tree[i] = (tree[i] as number) + 1
  }

  /** Weight of the values in this bin. */
  within(bin: number): number {
    return this.#bins[bin] as number
  }

  /** Weight of the values in this bin and those above it. */
  atLeast(bin: number): number {
    const tree = this.#tree
    let sum = 0
    for (let i = BINS - bin; i > 0; i &= i - 1) sum += tree[i] as number
    return sum
  }

  /** The highest bin that has at least this weight in it and above it; 0 when all of the memory has less. */
  binOfRank(weight: number): number {
    const tree = this.#tree
    let i = 0
    let left = weight
    for (let step = BINS >> 1; step > 0; step >>= 1) {
      const inside = tree[i + step] as number
      if (inside < left) {
        i += step
        left -= inside
      }
    }
    return BINS - 1 - i
  }

  capture(): Captured {
    return { bins: this.#bins.slice(), total: Float64Array.of(this.#total) }
  }

  /** @throws AlertsStateError when that is no memory */
  restore(captured: Captured): void {
    const bins = memberOf(captured, 'bins')
    if (!(bins instanceof Float32Array) || bins.length !== BINS || !bins.every((weight) => weight >= 0))
      throw new AlertsStateError(`bins are not ${BINS} weights`)
    const [total = 0] = numbersOf(captured, 'total', 1)
    if (total < 0 || total > this.capacity + 1) throw new AlertsStateError(`total is ${total}`)
    this.#bins.set(bins)
    this.#tree.fill(0)
    for (let i = 1; i <= BINS; i++) {
      const sum = (this.#tree[i] as number) + (bins[BINS - i] as number)
      this.#tree[i] = sum
      const parent = i + (i & -i)
      if (parent <= BINS) this.#tree[parent] = (this.#tree[parent] as number) + sum
    }
    this.#total = total
  }

  #fade(): void {
    const tree = this.#tree
    for (let i = 0; i <= BINS; i++) tree[i] = (tree[i] as number) / 2
    for (let i = 0; i < BINS; i++) this.#bins[i] = (this.#bins[i] as number) / 2
    this.#total /= 2
  }
}

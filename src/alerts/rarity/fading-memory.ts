import { AlertsStateError, type Captured, memberOf } from '../captured.js'

/** Bins of a memory. */
export const BINS = 1024

/*
 * One f32 array: three levels of sums, each of 8 cells of the one below.
 *
 *    0  f32[16]    weight of each block of 64 bins
 *   16  f32[128]   weight of each group of 8 bins
 *  144  f32[1024]  weight of each bin
 */
const BLOCKS = BINS >> 6
const GROUPS = BINS >> 3
const GROUPS_AT = BLOCKS
const BINS_AT = GROUPS_AT + GROUPS
const LENGTH = BINS_AT + BINS
/** Bits that a float counts without loss. */
const EXACT_BITS = 24

/**
 * How often values came, old ones fading: a histogram of equal bins with two levels of sums above it. Adding a value
 * changes three cells and ranking it adds up some fifteen that lie side by side: three lines of a cache, and the same
 * for both. When the weight reaches the capacity all of it is halved: the memory then holds between half and all of
 * `capacity` records. Weights are multiples of a least one that keeps every sum of them exact in a float; what halving
 * leaves below it is forgotten. So sums do not depend on their order, and a restored memory ranks as the captured one.
 */
export class FadingMemory {
  readonly capacity: number
  readonly #weights = new Float32Array(LENGTH)
  /** How many of the least weight make 1. */
  readonly #parts: number
  #total = 0

  /** @param capacity records at which the memory is halved */
  constructor(capacity: number) {
    this.capacity = capacity
    this.#parts = 2 ** (EXACT_BITS - Math.ceil(Math.log2(capacity + 2)))
  }

  /** Weight of all values. */
  get total(): number {
    return this.#total
  }

  /** @param bin 0 to BINS - 1 */
  add(bin: number): void {
    if (this.#total >= this.capacity) this.#fade()
    const weights = this.#weights
    const group = GROUPS_AT + (bin >> 3)
    const block = bin >> 6
    this.#total += 1
    weights[block] = (weights[block] as number) + 1
    weights[group] = (weights[group] as number) + 1
    weights[BINS_AT + bin] = (weights[BINS_AT + bin] as number) + 1
  }

  /** Weight of the values in this bin. */
  within(bin: number): number {
    return this.#weights[BINS_AT + bin] as number
  }

  /** Weight of the values in this bin and those above it. */
  atLeast(bin: number): number {
    const weights = this.#weights
    const group = bin >> 3
    const block = bin >> 6
    let sum = 0
    for (let i = block + 1; i < BLOCKS; i++) sum += weights[i] as number
    for (let i = group + 1; i < (block + 1) << 3; i++) sum += weights[GROUPS_AT + i] as number
    for (let i = bin; i < (group + 1) << 3; i++) sum += weights[BINS_AT + i] as number
    return sum
  }

  /** How many bins from this one up hold anything, counted as far as `most`. */
  occupied(bin: number, most: number): number {
    const weights = this.#weights
    let count = 0
    for (let i = bin; i < BINS && count < most; i++) {
      if ((i & 7) === 0 && weights[GROUPS_AT + (i >> 3)] === 0) i += 7
      else if ((weights[BINS_AT + i] as number) > 0) count += 1
    }
    return count
  }

  /** The highest bin that has at least this weight in it and above it; 0 when all of the memory has less. */
  binOfRank(weight: number): number {
    if (weight > this.#total) return 0
    const weights = this.#weights
    let left = weight
    let block = BLOCKS - 1
    for (; block > 0 && (weights[block] as number) < left; block--) left -= weights[block] as number
    let group = (block << 3) + 7
    for (; group > block << 3 && (weights[GROUPS_AT + group] as number) < left; group--)
      left -= weights[GROUPS_AT + group] as number
    let bin = (group << 3) + 7
    for (; bin > group << 3 && (weights[BINS_AT + bin] as number) < left; bin--)
      left -= weights[BINS_AT + bin] as number
    return bin
  }

  /** Takes the weight of these bins and those between them out; returns how much it was. */
  takeOut(from: number, to: number): number {
    const before = this.#total
    this.#weights.fill(0, BINS_AT + from, BINS_AT + to + 1)
    this.#addUp(1)
    return before - this.#total
  }

  /** The bins from the lowest to the highest that is not empty: most of them are. */
  capture(): Captured {
    const weights = this.#weights
    let from = 0
    let to = BINS
    while (from < to && weights[BINS_AT + from] === 0) from += 1
    while (to > from && weights[BINS_AT + to - 1] === 0) to -= 1
    return { bins: weights.slice(BINS_AT + from, BINS_AT + to), from }
  }

  /** @throws AlertsStateError when that is no memory, and then nothing has changed */
  restore(captured: Captured): void {
    const bins = memberOf(captured, 'bins')
    // A state of before the empty bins were left out has all of them.
    const { from = 0 } = captured as { readonly from?: Captured }
    if (!(bins instanceof Float32Array) || !bins.every((weight) => weight >= 0))
      throw new AlertsStateError('bins are no weights')
    if (typeof from !== 'number' || !(from >= 0 && from + bins.length <= BINS) || !Number.isInteger(from))
      throw new AlertsStateError(`there are more than ${BINS} bins`)
    const total = bins.reduce((sum, weight) => sum + weight, 0)
    if (!(total <= this.capacity + 1)) throw new AlertsStateError(`their weight is ${total}`)
    this.#weights.fill(0)
    this.#weights.set(bins, BINS_AT + from)
    this.#addUp(1)
  }

  #fade(): void {
    this.#addUp(0.5)
  }

  /** Takes each bin times a factor, without what is less than the least weight, and all sums anew. */
  #addUp(factor: number): void {
    const weights = this.#weights
    const parts = this.#parts
    weights.fill(0, 0, BINS_AT)
    let total = 0
    for (let bin = 0; bin < BINS; bin++) {
      const weight = Math.floor((weights[BINS_AT + bin] as number) * factor * parts) / parts
      weights[BINS_AT + bin] = weight
      weights[GROUPS_AT + (bin >> 3)] = (weights[GROUPS_AT + (bin >> 3)] as number) + weight
      weights[bin >> 6] = (weights[bin >> 6] as number) + weight
      total += weight
    }
    this.#total = total
  }
}

import { AlertsStateError, type Captured, memberOf } from '../captured.js'

/** Bins of a memory. */
export const BINS = 1024
/** Bits that a float counts without loss: what is captured are floats. */
const EXACT_BITS = 24
/** Values that wait at most to be counted, and how many are counted for each that waits. */
const LATE = 128
const COUNTED = 64
/** Cells that a memory has at least: as many as most routes need. To make new ones later takes more time than these. */
const FEWEST_CELLS = 256
const NO_CELLS = new Int32Array(0)

/** How often each bin comes among the values that are being counted; all 0 in between. */
const coming = new Int32Array(BINS)

/**
 * How often values came, old ones fading: for each of equal bins, how many came in it and those above it. What is asked for
 * each record is one cell then. To take a value in changes all cells below it, so values wait until a few can be counted in
 * one pass: at most 128 of them, and one in 64.
 *
 * When the weight reaches the capacity all of it is halved: the memory then holds between half and all of `capacity`
 * records. Weights are whole numbers of a least one; what halving leaves below it is forgotten. So sums do not depend on
 * their order, and a restored memory ranks as the captured one.
 *
 * There are cells for the bins that hold anything and some beside them, not for all: of many routes most have had few
 * values.
 */
export class FadingMemory {
  readonly capacity: number
  /** How many of the least weight make 1, a power of 2; and the other way round. */
  readonly parts: number
  readonly unit: number
  /** i32: weight from each bin up, in parts. Below the lowest bin that holds anything it is out of date. */
  #upward = NO_CELLS
  /** Bin of the first cell. It may be below 0, where there are no values. */
  #base = 0
  readonly #late = new Uint16Array(LATE)
  #nLate = 0
  /** How many values may wait. */
  #room = 1
  /** The lowest bin that holds anything; BINS while none does. */
  #lowest = BINS
  /** No bin above it holds anything. */
  #highest = 0
  #total = 0

  /** @param capacity records at which the memory is halved */
  constructor(capacity: number) {
    this.capacity = capacity
    this.parts = 2 ** (EXACT_BITS - Math.ceil(Math.log2(capacity + 2)))
    this.unit = 1 / this.parts
  }

  /** Weight of all values that are counted. */
  get total(): number {
    return this.#total
  }

  /**
   * @param bin 0 to BINS - 1
   * @returns whether it was counted, and those that waited
   */
  add(bin: number): boolean {
    this.#late[this.#nLate++] = bin
    if (this.#nLate < this.#room) return false
    this.#count()
    return true
  }

  /** Weight of the values in this bin and those above it, in parts. */
  partsAtLeast(bin: number): number {
    const lowest = this.#lowest
    return this.#upward[(bin > lowest ? bin : lowest) - this.#base] ?? 0
  }

  /** How many bins from this one up hold anything, counted as far as `most`. */
  occupied(bin: number, most: number): number {
    let count = 0
    for (let i = Math.max(bin, this.#lowest); i < BINS && count < most; i++) {
      const parts = this.partsAtLeast(i)
      if (parts === 0) break
      if (parts > this.partsAtLeast(i + 1)) count += 1
    }
    return count
  }

  /** The highest bin that has at least this weight in it and above it; 0 when all of the memory has less. */
  binOfRank(weight: number): number {
    const parts = weight * this.parts
    let low = this.#lowest
    if (low === BINS || this.partsAtLeast(low) < parts) return 0
    for (let high = this.#highest + 1; high - low > 1; ) {
      const middle = (low + high) >> 1
      if (this.partsAtLeast(middle) >= parts) low = middle
      else high = middle
    }
    return low
  }

  /**
   * Moves all values, up or down; the outermost bins take what would leave.
   * @param by whole bins
   */
  move(by: number): void {
    const bins = Math.min(Math.max(by, -BINS), BINS)
    const late = this.#late
    for (let i = 0; i < this.#nLate; i++) late[i] = inRange((late[i] as number) + bins)
    if (this.#lowest === BINS) return
    if (this.#lowest + bins < 0 || this.#highest + bins >= BINS) this.#moveToEnd(bins)
    else {
      this.#base += bins
      this.#lowest += bins
      this.#highest += bins
    }
  }

  #moveToEnd(bins: number): void {
    const weights = this.#weights()
    const moved = new Int32Array(BINS)
    for (let bin = 0; bin < BINS; bin++) {
      const to = inRange(bin + bins)
      moved[to] = (moved[to] as number) + (weights[bin] as number)
    }
    const late = this.#nLate
    this.#become(moved)
    this.#nLate = late
  }

  /** Takes the weight of these bins and those between them out; returns how much it was. */
  takeOut(from: number, to: number): number {
    this.#count()
    const before = this.#total
    const weights = this.#weights()
    weights.fill(0, from, to + 1)
    this.#become(weights)
    return before - this.#total
  }

  /** The bins from the lowest to the highest that is not empty, as most of them are, and what waits to be counted. */
  capture(): Captured {
    const weights = this.#weights()
    let to = BINS
    while (to > this.#lowest && weights[to - 1] === 0) to -= 1
    const from = Math.min(this.#lowest, to)
    const bins = Float32Array.from(weights.subarray(from, to), (parts) => parts * this.unit)
    return { bins, from, late: Float32Array.from(this.#late.subarray(0, this.#nLate)) }
  }

  /** @throws AlertsStateError when that is no memory, and then nothing has changed */
  restore(captured: Captured): void {
    const bins = memberOf(captured, 'bins')
    // A state of before the empty bins were left out has all of them, and one of before values waited has none.
    const { from = 0, late = new Float32Array() } = captured as { from?: Captured; late?: Captured }
    if (!(bins instanceof Float32Array) || !bins.every((weight) => weight >= 0))
      throw new AlertsStateError('bins are no weights')
    if (typeof from !== 'number' || !(from >= 0 && from + bins.length <= BINS) || !Number.isInteger(from))
      throw new AlertsStateError(`there are more than ${BINS} bins`)
    const total = bins.reduce((sum, weight) => sum + weight, 0)
    if (!(total <= this.capacity + 1)) throw new AlertsStateError(`their weight is ${total}`)
    if (!(late instanceof Float32Array && late.length < LATE && late.every(isBin)))
      throw new AlertsStateError('what waits to be counted are no bins')
    const weights = new Int32Array(BINS)
    for (let i = 0; i < bins.length; i++) weights[from + i] = Math.floor((bins[i] as number) * this.parts)
    this.#become(weights)
    this.#late.set(late)
    this.#nLate = late.length
  }

  /** Counts what waits. */
  #count(): void {
    if (this.#nLate === 1) this.#countOne(this.#late[0] as number)
    else if (this.#nLate > 1) this.#countAll()
    this.#nLate = 0
    this.#totalUp()
    if (this.#total > this.capacity) this.#become(this.#weights().map((parts) => parts >> 1))
  }

  /** One value, as in a young memory each is counted when it comes. */
  #countOne(bin: number): void {
    this.#reach(bin, bin)
    const { parts } = this
    const upward = this.#upward
    const end = bin - this.#base
    for (let i = this.#lowest - this.#base; i <= end; i++) upward[i] = (upward[i] as number) + parts
  }

  #countAll(): void {
    const late = this.#late
    const nLate = this.#nLate
    let lowest = BINS
    let highest = 0
    for (let i = 0; i < nLate; i++) {
      const bin = late[i] as number
      coming[bin] = (coming[bin] as number) + this.parts
      if (bin < lowest) lowest = bin
      if (bin > highest) highest = bin
    }
    this.#reach(lowest, highest)
    const upward = this.#upward
    const base = this.#base
    let sum = 0
    for (let bin = highest; bin >= this.#lowest; bin--) {
      sum += coming[bin] as number
      coming[bin] = 0
      upward[bin - base] = (upward[bin - base] as number) + sum
    }
  }

  /** Has cells from one bin to another be there and up to date. */
  #reach(lowest: number, highest: number): void {
    const from = Math.min(lowest, this.#lowest)
    const to = Math.max(highest, this.#highest)
    if (from < this.#base || to >= this.#base + this.#upward.length) this.#makeRoom(from, to)
    if (lowest < this.#lowest) {
      const below = this.partsAtLeast(this.#lowest)
      this.#upward.fill(below, lowest - this.#base, this.#lowest - this.#base)
      this.#lowest = lowest
    }
    this.#highest = to
  }

  /** Makes cells for the bins from one to another, which are all that hold anything, and for some beside them. */
  #makeRoom(from: number, to: number): void {
    let size = FEWEST_CELLS
    while (size <= to - from) size *= 2
    const base = from - ((size - 1 - (to - from)) >> 1)
    const upward = new Int32Array(size)
    if (this.#lowest < BINS) {
      const kept = this.#upward.subarray(this.#lowest - this.#base, this.#highest + 1 - this.#base)
      upward.set(kept, this.#lowest - base)
    }
    this.#upward = upward
    this.#base = base
  }

  /** Weight of each bin, in parts. */
  #weights(): Int32Array {
    const weights = new Int32Array(BINS)
    for (let bin = this.#lowest; bin < BINS; bin++)
      weights[bin] = this.partsAtLeast(bin) - this.partsAtLeast(bin + 1)
    return weights
  }

  /** Holds these weights, in parts, and nothing else. */
  #become(weights: Int32Array): void {
    this.#nLate = 0
    this.#lowest = BINS
    this.#highest = 0
    this.#upward.fill(0)
    const from = weights.findIndex((parts) => parts > 0)
    if (from >= 0) {
      const to = weights.findLastIndex((parts) => parts > 0)
      this.#reach(from, to)
      let sum = 0
      for (let bin = to; bin >= from; bin--) {
        sum += weights[bin] as number
        this.#upward[bin - this.#base] = sum
      }
    }
    this.#totalUp()
  }

  #totalUp(): void {
    this.#total = this.partsAtLeast(this.#lowest) * this.unit
    this.#room = Math.min(LATE, Math.max(1, Math.floor(this.#total / COUNTED)))
  }
}

function inRange(bin: number): number {
  return Math.min(Math.max(bin, 0), BINS - 1)
}

function isBin(bin: number): boolean {
  return Number.isInteger(bin) && bin >= 0 && bin < BINS
}

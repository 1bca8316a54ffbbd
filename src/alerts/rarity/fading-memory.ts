import { AlertsStateError, type Captured, memberOf } from '../captured.js'

/** Bins of a memory. */
export const BINS = 1024

/*
 * One i32 array: four levels of sums. Each begins with a line of a cache, and so does each group that is summed up.
 *
 *    0  i32[16]    weight of each 64 bins
 *   16  i32[4]     of each 256
 *   32  i32[128]   of each 8
 *  160  i32[1024]  weight of each bin
 */
const BY_256_AT = BINS >> 6
const BY_8_AT = 2 * BY_256_AT
const BINS_AT = BY_8_AT + (BINS >> 3)
const LENGTH = BINS_AT + BINS
/** Bits that a float counts without loss: what is captured are floats. */
const EXACT_BITS = 24

/**
 * How often values came, old ones fading: a histogram of equal bins with three levels of sums above it. Adding a value
 * changes four cells. Ranking it adds up twenty, those on the far side taken as 0 instead of left out: which they are
 * cannot be foreseen, and a wrong guess of the processor costs more than all of them. When the weight reaches the
 * capacity all of it is halved: the memory then holds between half and all of `capacity` records. Weights are whole
 * numbers of a least one; what halving leaves below it is forgotten. So sums do not depend on their order, and a restored
 * memory ranks as the captured one.
 */
export class FadingMemory {
  readonly capacity: number
  /** How many of the least weight make 1, a power of 2; and the other way round. */
  readonly parts: number
  readonly unit: number
  readonly #cells = new Int32Array(LENGTH)
  #total = 0

  /** @param capacity records at which the memory is halved */
  constructor(capacity: number) {
    this.capacity = capacity
    this.parts = 2 ** (EXACT_BITS - Math.ceil(Math.log2(capacity + 2)))
    this.unit = 1 / this.parts
  }

  /** Weight of all values. */
  get total(): number {
    return this.#total
  }

  /** @param bin 0 to BINS - 1 */
  add(bin: number): void {
    if (this.#total >= this.capacity) this.#addUp(1)
    this.#total += 1
    const cells = this.#cells
    const one = this.parts
    const by64 = bin >> 6
    const by256 = BY_256_AT + (bin >> 8)
    const by8 = BY_8_AT + (bin >> 3)
    cells[by64] = (cells[by64] as number) + one
    cells[by256] = (cells[by256] as number) + one
    cells[by8] = (cells[by8] as number) + one
    cells[BINS_AT + bin] = (cells[BINS_AT + bin] as number) + one
  }

  /** Weight of the values in this bin, in parts. */
  partsWithin(bin: number): number {
    return this.#cells[BINS_AT + bin] as number
  }

  /** Weight of the values in this bin and those above it, in parts. */
  partsAtLeast(bin: number): number {
    const cells = this.#cells
    return (
      (cells[BINS_AT + bin] as number) +
      behindOf8(cells, BINS_AT, bin) +
      behindOf8(cells, BY_8_AT, bin >> 3) +
      behindOf4(cells, 0, bin >> 6) +
      behindOf4(cells, BY_256_AT, bin >> 8)
    )
  }

  /** How many bins from this one up hold anything, counted as far as `most`. */
  occupied(bin: number, most: number): number {
    const cells = this.#cells
    let count = 0
    for (let i = bin; i < BINS && count < most; i++) {
      if ((i & 7) === 0 && cells[BY_8_AT + (i >> 3)] === 0) i += 7
      else if ((cells[BINS_AT + i] as number) > 0) count += 1
    }
    return count
  }

  /** The highest bin that has at least this weight in it and above it; 0 when all of the memory has less. */
  binOfRank(weight: number): number {
    if (weight > this.#total) return 0
    const cells = this.#cells
    // A whole number of parts is less than another number just when it is less than that one rounded up.
    let left = Math.ceil(weight * this.parts) | 0
    let block = (BINS >> 6) - 1
    for (; block > 0 && (cells[block] as number) < left; block--) left -= cells[block] as number
    let group = (block << 3) + 7
    for (; group > block << 3 && (cells[BY_8_AT + group] as number) < left; group--)
      left -= cells[BY_8_AT + group] as number
    let bin = (group << 3) + 7
    for (; bin > group << 3 && (cells[BINS_AT + bin] as number) < left; bin--)
      left -= cells[BINS_AT + bin] as number
    return bin
  }

  /** Takes the weight of these bins and those between them out; returns how much it was. */
  takeOut(from: number, to: number): number {
    const before = this.#total
    this.#cells.fill(0, BINS_AT + from, BINS_AT + to + 1)
    this.#addUp(0)
    return before - this.#total
  }

  /** The bins from the lowest to the highest that is not empty: most of them are. */
  capture(): Captured {
    const cells = this.#cells
    let from = 0
    let to = BINS
    while (from < to && cells[BY_8_AT + (from >> 3)] === 0) from += 8
    while (from < to && cells[BINS_AT + from] === 0) from += 1
    while (to > from && cells[BY_8_AT + ((to - 1) >> 3)] === 0) to = (to - 1) & ~7
    while (to > from && cells[BINS_AT + to - 1] === 0) to -= 1
    const bins = new Float32Array(to - from)
    for (let i = 0; i < bins.length; i++) bins[i] = (cells[BINS_AT + from + i] as number) * this.unit
    return { bins, from }
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
    const cells = this.#cells
    cells.fill(0)
    for (let i = 0; i < bins.length; i++)
      cells[BINS_AT + from + i] = Math.floor((bins[i] as number) * this.parts)
    this.#addUp(0)
  }

  /** Halves each bin so many times, without what is less than the least weight, and takes all sums anew. */
  #addUp(halvings: number): void {
    const cells = this.#cells
    cells.fill(0, 0, BINS_AT)
    let total = 0
    for (let bin = 0; bin < BINS; bin++) {
      const weight = (cells[BINS_AT + bin] as number) >> halvings
      cells[BINS_AT + bin] = weight
      cells[bin >> 6] = (cells[bin >> 6] as number) + weight
      cells[BY_256_AT + (bin >> 8)] = (cells[BY_256_AT + (bin >> 8)] as number) + weight
      cells[BY_8_AT + (bin >> 3)] = (cells[BY_8_AT + (bin >> 3)] as number) + weight
      total += weight
    }
    this.#total = total * this.unit
  }
}

/** Sum of the cells behind one among its four. */
function behindOf4(cells: Int32Array, at: number, cell: number): number {
  const first = at + (cell & ~3)
  const place = cell & 3
  // All ones where the place is lower, else 0.
  return (
    ((cells[first + 1] as number) & ((place - 1) >> 31)) +
    ((cells[first + 2] as number) & ((place - 2) >> 31)) +
    ((cells[first + 3] as number) & ((place - 3) >> 31))
  )
}

/** The same among its eight. */
function behindOf8(cells: Int32Array, at: number, cell: number): number {
  const first = at + (cell & ~7)
  const place = cell & 7
  return (
    ((cells[first + 1] as number) & ((place - 1) >> 31)) +
    ((cells[first + 2] as number) & ((place - 2) >> 31)) +
    ((cells[first + 3] as number) & ((place - 3) >> 31)) +
    ((cells[first + 4] as number) & ((place - 4) >> 31)) +
    ((cells[first + 5] as number) & ((place - 5) >> 31)) +
    ((cells[first + 6] as number) & ((place - 6) >> 31)) +
    ((cells[first + 7] as number) & ((place - 7) >> 31))
  )
}

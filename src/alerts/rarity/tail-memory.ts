import { type Captured, memberOf, numbersOf } from '../captured.js'
import { eValue, LEAST_TABLED, tabledEValue } from '../evidence/betting.js'
import { BINS, FadingMemory } from './fading-memory.js'

/** Weight down to which the rank is p; beyond it the tail is continued. */
const KNEE = 24
/** The tail's rate is taken between the knee and this many times its weight. */
const SPAN = 8
/** Different values that a tail is believed to be made of at least. */
const LEAST_VALUES = 3
/** Values after which the knee is looked up again, at most. */
const STALE_AFTER = 32
/** No knee: every value is ranked. */
const NOWHERE = 1e300

/** What values a memory is for, and how fast their tail may fall. */
export interface TailShape {
  /** The value in the middle of the lowest bin. */
  readonly lowest: number
  readonly binsAUnit: number
  /** Least and most rate of the tail, in -ln p a unit. */
  readonly leastRate: number
  readonly mostRate: number
}

/**
 * A fading memory of values that says how rare a value is, beyond the largest ones it holds, too.
 *
 * Down to the knee p is the rank, (1 + weight at or above) / (1 + weight), as in conformal prediction (Vovk, Gammerman,
 * Shafer 2005). Beyond it the tail is taken for exponential in the memory's own coordinate with rate r, that of the
 * values around the knee, and p falls by (1 + r·d / K)^-K over a distance d: the predictive probability when r is
 * estimated from K values, which is less sure than e^(-r·d) the farther it goes. K is the weight of the knee, or how many
 * different values there are around it where these are fewer: lengths of one answer in three sizes say little of a fourth.
 *
 * It looks at one value at a time, and what it finds is in its fields: numbers that are handed to a call, or returned,
 * are objects on the heap unless the compiler inlines it, and this is done several times a record.
 */
export class TailMemory {
  /** What is ranked, bet against or taken in. */
  value = 0
  /** Of the value ranked last: the chance that the next one is at least as high, and -ln of it. */
  p = 1
  surprise = 0
  /** What the bet against the p of a value paid last: eValue(surprise), from a table where p is large. */
  payoff = 0
  /** Share of the values above the one that was bet against last, those in its bin counted half. */
  upperShare = 0.5
  readonly #memory: FadingMemory
  readonly #lowest: number
  readonly #binsAUnit: number
  readonly #leastRate: number
  readonly #mostRate: number
  #knee = NOWHERE
  #kneeZ = 0
  #rate = 0
  #values = KNEE
  #stale = 0

  constructor(capacity: number, { lowest, binsAUnit, leastRate, mostRate }: TailShape) {
    this.#memory = new FadingMemory(capacity)
    this.#lowest = lowest
    this.#binsAUnit = binsAUnit
    this.#leastRate = leastRate
    this.#mostRate = mostRate
  }

  /** Weight of all values. */
  get total(): number {
    return this.#memory.total
  }

  /** Takes the value in. */
  add(): void {
    this.#memory.add(this.#bin())
    this.#stale -= 1
  }

  /** Ranks the value: `p` and `surprise`. */
  rank(): void {
    if (this.#stale <= 0) this.#findKnee()
    const memory = this.#memory
    const { total, unit } = memory
    const atLeast = memory.partsAtLeast(this.#bin()) * unit
    const { value } = this
    this.p = (1 + atLeast) / (1 + total)
    this.surprise = Math.log((1 + total) / (1 + atLeast))
    if (value < this.#knee) return
    const values = this.#values
    const beyond = this.#kneeZ + values * Math.log(1 + ((value - this.#knee) * this.#rate) / values)
    if (beyond <= this.surprise) return
    this.surprise = beyond
    this.p = Math.exp(-beyond)
  }

  /**
   * Ranks the value by its `p` alone: a logarithm less.
   * @returns false beyond the knee, where only `rank` says p
   */
  rankShare(): boolean {
    if (this.#stale <= 0) this.#findKnee()
    const memory = this.#memory
    this.p = (1 + memory.partsAtLeast(this.#bin()) * memory.unit) / (1 + memory.total)
    return this.value < this.#knee
  }

  /** Weight of the values at the value and above it. */
  atLeast(): number {
    return this.#memory.partsAtLeast(this.#bin()) * this.#memory.unit
  }

  /** Bets against the value: `payoff` and `upperShare`. */
  bet(): void {
    const memory = this.#memory
    const { total, unit } = memory
    const bin = this.#bin()
    const atLeast = memory.partsAtLeast(bin) * unit
    this.upperShare = (0.5 + atLeast - 0.5 * (memory.partsWithin(bin) * unit)) / (1 + total)
    const p = (1 + atLeast) / (1 + total)
    if (p > LEAST_TABLED) {
      this.payoff = tabledEValue(p)
      return
    }
    this.rank()
    this.payoff = eValue(this.surprise)
  }

  /** Takes out what it holds from one value to another; returns the weight of that. */
  takeOut(from: number, to: number): number {
    this.#stale = 0
    this.value = from
    const lowest = this.#bin()
    this.value = to
    return this.#memory.takeOut(lowest, this.#bin())
  }

  median(): number {
    return this.#valueOf(this.#memory.binOfRank(this.#memory.total / 2))
  }

  /** What is known of the tail, worked out anew when something is ranked after many values were taken in. */
  get tail(): Float64Array {
    return Float64Array.of(this.#knee, this.#kneeZ, this.#rate, this.#values, this.#stale)
  }

  set tail([knee = 0, kneeZ = 0, rate = 0, values = KNEE, stale = 0]: Float64Array) {
    this.#knee = knee
    this.#kneeZ = kneeZ
    this.#rate = rate
    this.#values = values
    this.#stale = stale
  }

  capture(): Captured {
    return { memory: this.#memory.capture(), tail: this.tail }
  }

  /** @throws AlertsStateError when that is no memory */
  restore(captured: Captured): void {
    const tail = Float64Array.from(numbersOf(captured, 'tail', 5))
    this.#memory.restore(memberOf(captured, 'memory'))
    this.tail = tail
  }

  /** Bin of the value. */
  #bin(): number {
    const bin = (this.value - this.#lowest) * this.#binsAUnit + 0.5
    return bin > 0 ? (bin < BINS ? bin | 0 : BINS - 1) : 0
  }

  #valueOf(bin: number): number {
    return this.#lowest + bin / this.#binsAUnit
  }

  #findKnee(): void {
    const memory = this.#memory
    const { total } = memory
    this.#stale = Math.min(STALE_AFTER, Math.max(1, total / 64))
    if (total < 2 * KNEE) {
      this.#knee = NOWHERE
      return
    }
    const bin = memory.binOfRank(KNEE)
    const parts = memory.partsAtLeast(bin)
    const weight = Math.max(parts * memory.unit, KNEE)
    // From the upper edge of its bin on, nothing is left to rank but what lies above it.
    this.#knee = this.#valueOf(bin + 0.5)
    this.#kneeZ = Math.log((1 + total) / (1 + weight))
    const from = memory.binOfRank(Math.min(KNEE * SPAN, total / 4))
    this.#values = Math.max(memory.occupied(from, KNEE), LEAST_VALUES)
    // The slower of the two sides: a tail that grows heavier outwards is not taken for a light one.
    const rate = Math.min(this.#rateBelow(bin, parts, from), this.#rateAbove(bin, parts))
    this.#rate = Math.min(Math.max(rate, this.#leastRate), this.#mostRate)
  }

  /** @param parts weight from the bin on */
  #rateBelow(bin: number, parts: number, from: number): number {
    // All in one bin: a feature of few values, whose tail says nothing of what lies beyond.
    if (from === bin) return this.#leastRate
    return (Math.log(this.#memory.partsAtLeast(from) / parts) * this.#binsAUnit) / (bin - from)
  }

  #rateAbove(bin: number, parts: number): number {
    const memory = this.#memory
    const to = memory.binOfRank(KNEE / 4)
    if (to === bin) return this.#mostRate
    return (Math.log(parts / memory.partsAtLeast(to)) * this.#binsAUnit) / (to - bin)
  }
}

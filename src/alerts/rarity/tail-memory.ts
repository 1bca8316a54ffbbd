import { type Captured, memberOf } from '../captured.js'
import { eValue, LEAST_TABLED, tabledEValue } from '../evidence/betting.js'
import { BINS, FadingMemory } from './fading-memory.js'
import { fastLog } from './fast-log.js'

/** Weight down to which the rank is p; beyond it the tail is continued. */
const KNEE = 24
/** The tail's rate is taken between the knee and this many times its weight. */
const SPAN = 8
/** Different values that a tail is believed to be made of at least. */
const LEAST_VALUES = 3
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
  /** p of a value above all, among those that are counted. */
  #least = 1
  #kneeKnown = false
  #knee = NOWHERE
  #kneeZ = 0
  #rate = 0
  #values = KNEE

  constructor(capacity: number, { lowest, binsAUnit, leastRate, mostRate }: TailShape) {
    this.#memory = new FadingMemory(capacity)
    this.#lowest = lowest
    this.#binsAUnit = binsAUnit
    this.#leastRate = leastRate
    this.#mostRate = mostRate
  }

  /** Weight of all values that are counted (fading-memory.ts). */
  get total(): number {
    return this.#memory.total
  }

  /** Takes the value in. */
  add(): void {
    if (this.#memory.add(this.#bin())) this.#counted()
  }

  /** Ranks the value: `p` and `surprise`. */
  rank(): void {
    if (this.rankShare()) {
      this.surprise = -fastLog(this.p)
      return
    }
    const values = this.#values
    const surprise = -fastLog(this.p)
    const beyond = this.#kneeZ + values * fastLog(1 + ((this.value - this.#knee) * this.#rate) / values)
    this.surprise = beyond > surprise ? beyond : surprise
    this.p = Math.exp(-this.surprise)
  }

  /**
   * Ranks the value by its `p` alone: a logarithm less.
   * @returns false beyond the knee, where only `rank` says p
   */
  rankShare(): boolean {
    if (!this.#kneeKnown) this.#findKnee()
    this.p = (1 + this.atLeast()) * this.#least
    return this.value < this.#knee
  }

  /** Weight of the values at the value and above it. */
  atLeast(): number {
    return this.#memory.partsAtLeast(this.#bin()) * this.#memory.unit
  }

  /** Bets against the value: `payoff` and `upperShare`. */
  bet(): void {
    const memory = this.#memory
    const { unit } = memory
    const bin = this.#bin()
    const atLeast = memory.partsAtLeast(bin) * unit
    const above = memory.partsAtLeast(bin + 1) * unit
    this.upperShare = (0.5 + 0.5 * (atLeast + above)) * this.#least
    const p = (1 + atLeast) * this.#least
    if (p > LEAST_TABLED) {
      this.payoff = tabledEValue(p)
      return
    }
    this.rank()
    this.payoff = eValue(this.surprise)
  }

  /** Takes out what it holds from one value to another; returns the weight of that. */
  takeOut(from: number, to: number): number {
    this.value = from
    const lowest = this.#bin()
    this.value = to
    const gone = this.#memory.takeOut(lowest, this.#bin())
    this.#counted()
    return gone
  }

  /** Moves all values by so many bins. */
  move(bins: number): void {
    this.#memory.move(bins)
    this.#kneeKnown = false
  }

  median(): number {
    return this.#valueOf(this.#memory.binOfRank(this.#memory.total / 2))
  }

  capture(): Captured {
    return { memory: this.#memory.capture() }
  }

  /** @throws AlertsStateError when that is no memory, and then nothing has changed */
  restore(captured: Captured): void {
    this.#memory.restore(memberOf(captured, 'memory'))
    this.#counted()
  }

  /** Bin of the value. */
  #bin(): number {
    const bin = (this.value - this.#lowest) * this.#binsAUnit + 0.5
    return bin > 0 ? (bin < BINS ? bin | 0 : BINS - 1) : 0
  }

  #valueOf(bin: number): number {
    return this.#lowest + bin / this.#binsAUnit
  }

  /** What the memory counts has changed. */
  #counted(): void {
    this.#least = 1 / (1 + this.#memory.total)
    this.#kneeKnown = false
  }

  #findKnee(): void {
    const memory = this.#memory
    const { total } = memory
    this.#kneeKnown = true
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

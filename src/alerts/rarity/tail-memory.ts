import { type Captured, memberOf, numbersOf } from '../captured.js'
import { eValue, LEAST_TABLED, tabledEValue } from '../evidence/betting.js'
import { BINS, FadingMemory } from './fading-memory.js'

/** Weight down to which the rank is p; beyond it the tail is continued. */
const KNEE = 24
/** The tail's rate is taken between the knee and this many times its weight. */
const SPAN = 8
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
 * estimated from K values, which is less sure than e^(-r·d) the farther it goes.
 */
export class TailMemory {
  readonly #memory: FadingMemory
  readonly #shape: TailShape
  /** Share of the values above the one that `payoff` was asked for last, those in its bin counted half. */
  upperShare = 0.5
  #knee = NOWHERE
  #kneeZ = 0
  #rate = 0
  #stale = 0

  constructor(capacity: number, shape: TailShape) {
    this.#memory = new FadingMemory(capacity)
    this.#shape = shape
  }

  /** Weight of all values. */
  get total(): number {
    return this.#memory.total
  }

  add(value: number): void {
    this.#memory.add(this.#binOf(value))
    this.#stale -= 1
  }

  /** -ln p of a value: p is the chance that the next one is at least as high. */
  surprise(value: number): number {
    if (this.#stale <= 0) this.#findKnee()
    const memory = this.#memory
    const ranked = Math.log((1 + memory.total) / (1 + memory.atLeast(this.#binOf(value))))
    if (value < this.#knee) return ranked
    return Math.max(ranked, this.#kneeZ + KNEE * Math.log(1 + ((value - this.#knee) * this.#rate) / KNEE))
  }

  /** What the bet against the p of a value pays: eValue(surprise(value)), from a table where p is large. */
  payoff(value: number): number {
    const memory = this.#memory
    const bin = this.#binOf(value)
    const atLeast = memory.atLeast(bin)
    this.upperShare = (0.5 + atLeast - 0.5 * memory.within(bin)) / (1 + memory.total)
    const p = (1 + atLeast) / (1 + memory.total)
    return p > LEAST_TABLED ? tabledEValue(p) : eValue(this.surprise(value))
  }

  median(): number {
    return this.#valueOf(this.#memory.binOfRank(this.#memory.total / 2))
  }

  capture(): Captured {
    const tail = Float64Array.of(this.#knee, this.#kneeZ, this.#rate, this.#stale)
    return { memory: this.#memory.capture(), tail }
  }

  /** @throws AlertsStateError when that is no memory */
  restore(captured: Captured): void {
    const [knee = 0, kneeZ = 0, rate = 0, stale = 0] = numbersOf(captured, 'tail', 4)
    this.#memory.restore(memberOf(captured, 'memory'))
    this.#knee = knee
    this.#kneeZ = kneeZ
    this.#rate = rate
    this.#stale = stale
  }

  #binOf(value: number): number {
    const bin = (value - this.#shape.lowest) * this.#shape.binsAUnit + 0.5
    return bin > 0 ? (bin < BINS ? bin | 0 : BINS - 1) : 0
  }

  #valueOf(bin: number): number {
    return this.#shape.lowest + bin / this.#shape.binsAUnit
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
    const weight = Math.max(memory.atLeast(bin), KNEE)
    // From the upper edge of its bin on, nothing is left to rank but what lies above it.
    this.#knee = this.#valueOf(bin + 0.5)
    this.#kneeZ = Math.log((1 + total) / (1 + weight))
    const { leastRate, mostRate } = this.#shape
    // The slower of the two sides: a tail that grows heavier outwards is not taken for a light one.
    const rate = Math.min(this.#rateBelow(bin, total), this.#rateAbove(bin))
    this.#rate = Math.min(Math.max(rate, leastRate), mostRate)
  }

  #rateBelow(bin: number, total: number): number {
    const memory = this.#memory
    const from = memory.binOfRank(Math.min(KNEE * SPAN, total / 4))
    // All in one bin: a feature of few values, whose tail says nothing of what lies beyond.
    if (from === bin) return this.#shape.leastRate
    return (Math.log(memory.atLeast(from) / memory.atLeast(bin)) * this.#shape.binsAUnit) / (bin - from)
  }

  #rateAbove(bin: number): number {
    const memory = this.#memory
    const to = memory.binOfRank(KNEE / 4)
    if (to === bin) return this.#shape.mostRate
    return (Math.log(memory.atLeast(bin) / memory.atLeast(to)) * this.#shape.binsAUnit) / (to - bin)
  }
}

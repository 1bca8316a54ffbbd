import { type Captured, numbersOf } from '../captured.js'

/** Records over which dependence is remembered, and how fast it follows in the end. */
const MEMORY = 4000
const PACE = 1 / MEMORY
/** Records that are smoothed to see runs. */
const RUN = 8
/** Rarer ones are left out: they are what is looked for. */
const RARE = 4
/** Standard errors that count as chance. */
const CHANCE = 2
/** Records after which the factor is worked out again. */
const STALE_AFTER = 32
/** What is added to the factor of a route that nothing is known of, and the pairs after which half of it is left. */
const UNKNOWN = 1
const UNKNOWN_PAIRS = 100
const MOST_CORRELATED = 0.9

/**
 * How much more than one record a run of records says less: ordinary traffic comes in sessions and batches, and then odd
 * records follow odd ones without any attack. The factor is the greater of (1 + ρ)/(1 - ρ), with ρ the correlation of
 * -ln p from record to record, and the ratio of the variance of a running mean to what independent records would have;
 * 1 where records are independent. Evidence needs that many times more. Of a route's first records nobody knows how they
 * depend on each other, which counts as if they did.
 */
export class Dependence {
  /** 1 or more. */
  factor = 1 + UNKNOWN
  #last = RARE
  #pairs = 0
  #mean = 1
  #variance = 0.5
  #covariance = 0
  #run = 0
  #runVariance = 0
  #stale = 0

  /** -ln p of the last record. */
  get last(): number {
    return this.#last
  }

  /**
   * @param ranked the record's -ln p
   * @param counts whether the record is part of ordinary traffic, as far as one knows
   */
  observe({ z }: { readonly z: number }, counts: boolean): void {
    const last = this.#last
    this.#last = z
    if (z >= RARE || last >= RARE || !counts) return
    this.#pairs += 1
    const pace = this.#pairs >= MEMORY ? PACE : 1 / this.#pairs
    this.#mean += pace * (z - this.#mean)
    const off = z - this.#mean
    this.#variance += pace * (off * off - this.#variance)
    this.#run += (off - this.#run) / RUN
    this.#runVariance += pace * (this.#run * this.#run - this.#runVariance)
    this.#covariance += pace * (off * (last - this.#mean) - this.#covariance)
    this.#stale -= 1
    if (this.#stale <= 0) this.#weigh()
  }

  capture(): Captured {
    return {
      moments: Float64Array.of(
        this.factor,
        this.#last,
        this.#pairs,
        this.#mean,
        this.#variance,
        this.#covariance,
        this.#run,
        this.#runVariance,
        this.#stale,
      ),
    }
  }

  /** @throws AlertsStateError when that is no dependence */
  restore(captured: Captured): void {
    const m = numbersOf(captured, 'moments', 9)
    this.factor = Math.max(1, m[0] as number)
    this.#last = m[1] as number
    this.#pairs = m[2] as number
    this.#mean = m[3] as number
    this.#variance = m[4] as number
    this.#covariance = m[5] as number
    this.#run = m[6] as number
    this.#runVariance = m[7] as number
    this.#stale = m[8] as number
  }

  #weigh(): void {
    this.#stale = STALE_AFTER
    const n = Math.min(this.#pairs, MEMORY / 2)
    const variance = Math.max(this.#variance, 1e-9)
    const correlation = this.#covariance / variance - CHANCE / Math.sqrt(n + 1)
    const rho = Math.min(Math.max(correlation, 0), MOST_CORRELATED)
    const chance = 1 + CHANCE * Math.sqrt(2 / (n / (2 * RUN) + 1))
    const runs = (this.#runVariance / variance) * ((2 * RUN - 1) / chance)
    const unknown = (UNKNOWN * UNKNOWN_PAIRS) / (UNKNOWN_PAIRS + this.#pairs)
    this.factor = Math.max((1 + rho) / (1 - rho), runs) + unknown
  }
}

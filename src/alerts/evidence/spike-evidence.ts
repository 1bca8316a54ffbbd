import { type Captured, memberOf, numbersOf } from '../captured.js'
import { Dependence } from './dependence.js'

/** ln of how much rarer false incidents are than 2A says, as the sum overshoots what it must reach. */
const OVERSHOOT = 1

/**
 * Evidence that records are too rare for ordinary traffic: L = max(0, L + ln e), a cumulative sum (Page 1954) of
 * log e-values. e^L is an e-detector (Shin, Ramdas, Rinaldo 2022): on ordinary traffic the mean number of records until
 * it reaches 2A is at least 2A, whatever the distribution.
 */
export class SpikeEvidence {
  readonly dependence = new Dependence()
  /** L, 0 or more. */
  level = 0
  /** What L must reach. */
  mark = 0

  /** One record has come, of which it was weighed what a bet against it pays. */
  add({ gain }: { readonly gain: number }): void {
    const level = this.level + gain
    this.level = level > 0 ? level : 0
  }

  /**
   * Finds what L must reach, for so many records between false incidents: `mark`.
   * @param doubled whether it is for twice as many
   */
  findMark({ logA }: { readonly logA: number }, doubled: boolean): void {
    this.mark = (Math.LN2 + (doubled ? logA + Math.LN2 : logA)) * this.dependence.factor - OVERSHOOT
  }

  capture(): Captured {
    return { level: Float64Array.of(this.level), dependence: this.dependence.capture() }
  }

  /** @throws AlertsStateError when that is no evidence */
  restore(captured: Captured): void {
    const [level = 0] = numbersOf(captured, 'level', 1)
    this.dependence.restore(memberOf(captured, 'dependence'))
    this.level = level
  }
}

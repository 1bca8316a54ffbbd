import { TOLERANCE } from '../admission/tail-gate.js'

/** A record that is not odd undoes this many odd ones in the evidence that usual traffic is gone. */
const PRESENCE = 3
/** Windows of excess after which even near-identical records are taken for a change that stays. */
const PATIENCE = 5
/** What goes on for this long is believed on this part of the evidence: where records are few, time counts, too. */
const LONG_MS = 4 * 3_600_000
const LONG_PART = 1 / 5

/** Why a shift is believed to last, and what part of the traffic it took. */
export interface Shift {
  readonly kind: 'excess' | 'replaced' | 'lasting'
  readonly share: number
}

/**
 * Tells a shift that lasts from a burst by three cumulative sums (Page 1954) over odd records:
 * - `excess` of varied ones over twice the expected share reaches a window: released;
 * - `replaced`: varied ones have taken the place of nearly all traffic for half a window. An attack comes on top
 *   of the usual requests, a deploy changes them; who calls also asks whether they are as varied as the baseline;
 * - `lasting`: odd ones of any kind, near-identical included, exceed that share by five windows.
 * After four hours of it a fifth is enough of each.
 */
export class ShiftEvidence {
  readonly #window: number
  /** Sums, then records and odd records since the sums were last zero. */
  excess = 0
  excessRun = 0
  excessOdd = 0
  lasting = 0
  lastingRun = 0
  lastingOdd = 0
  replaced = 0
  /** When the longest of the sums was last zero, ms: captured beside them. */
  sinceMs = 0
  readonly #clock: (() => number) | null

  /**
   * @param clock ms, of any beginning; asked for few records. Null where records alone count.
   */
  constructor(window: number, clock: (() => number) | null = null) {
    this.#window = window
    this.#clock = clock
  }

  /**
   * One record has come.
   * @param odd whether it scored above the threshold
   * @param crowded whether its cell of near-identical records was full
   * @param share expected share of odd records
   */
  observe(odd: boolean, crowded: boolean, share: number): void {
    const varied = odd && !crowded ? 1 : 0
    const any = odd ? 1 : 0
    if (odd && this.lasting === 0 && this.#clock !== null) this.sinceMs = this.#clock()
    this.excess = Math.max(0, this.excess + varied - TOLERANCE * share)
    this.excessRun = this.excess === 0 ? 0 : this.excessRun + 1
    this.excessOdd = this.excess === 0 ? 0 : this.excessOdd + varied
    this.lasting = Math.max(0, this.lasting + any - TOLERANCE * share)
    this.lastingRun = this.lasting === 0 ? 0 : this.lastingRun + 1
    this.lastingOdd = this.lasting === 0 ? 0 : this.lastingOdd + any
    this.replaced = Math.max(0, this.replaced + (varied === 1 ? 1 : -PRESENCE))
  }

  /** @param asVaried whether the latest odd records are as varied as the baseline; asked when it matters */
  verdict(asVaried: () => boolean): Shift | null {
    const window = this.#window * (this.#isLong() ? LONG_PART : 1)
    if (this.lasting >= PATIENCE * window) {
      return { kind: 'lasting', share: this.lastingOdd / this.lastingRun }
    }
    if (this.excess >= window) return { kind: 'excess', share: this.excessOdd / this.excessRun }
    if (this.replaced >= window / 2 && asVaried()) return { kind: 'replaced', share: 1 }
    return null
  }

  /** The sums, in the order in which they are declared. */
  capture(): Float64Array {
    const { excess, excessRun, excessOdd, lasting, lastingRun, lastingOdd, replaced } = this
    return Float64Array.of(excess, excessRun, excessOdd, lasting, lastingRun, lastingOdd, replaced)
  }

  /** @param sinceMs when the longest was last zero; a state of before does not say, and then it is never long */
  restore(sums: Float64Array, sinceMs = Number.POSITIVE_INFINITY): void {
    this.sinceMs = sinceMs
    const [
      excess = 0,
      excessRun = 0,
      excessOdd = 0,
      lasting = 0,
      lastingRun = 0,
      lastingOdd = 0,
      replaced = 0,
    ] = sums
    Object.assign(this, { excess, excessRun, excessOdd, lasting, lastingRun, lastingOdd, replaced })
  }

  reset(): void {
    this.excess = this.excessRun = this.excessOdd = 0
    this.lasting = this.lastingRun = this.lastingOdd = 0
    this.replaced = 0
  }

  /** Whether it has gone on for so long that time is evidence. */
  #isLong(): boolean {
    return this.#clock !== null && this.lasting > 0 && this.#clock() - this.sinceMs >= LONG_MS
  }
}

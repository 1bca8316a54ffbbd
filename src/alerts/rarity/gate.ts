import { type Captured, numbersOf } from '../captured.js'

/** Octaves of p: (1/2, 1], (1/4, 1/2] and so on; the last has all that is below 2^-(OCTAVES - 1). */
const OCTAVES = 18
/** Records whose worth of tokens an octave holds, and the least that it can hold. */
const HELD_RECORDS = 1000
const HELD_LEAST = 4
/** Octaves up to this one start full: what a memory learnt before its gate was closed has filled no deeper ones. */
const FULL_AT_FIRST = 7

/**
 * Lets rare records into a memory no faster than ordinary traffic would bring them. Of ordinary records a share
 * 2^-(k+1) has p in octave k, so each octave has a bucket that fills at a few times that rate. An attack, whatever its
 * volume, raises the tail that it is judged by only so many times.
 */
export class Gate {
  readonly #tolerance: number
  readonly #tokens = new Float64Array(OCTAVES)
  readonly #filledAt = new Float64Array(OCTAVES)

  /** @param tolerance times the ordinary rate */
  constructor(tolerance: number) {
    this.#tolerance = tolerance
    for (let k = 0; k <= FULL_AT_FIRST; k++) this.#tokens[k] = most(tolerance * widthOf(k))
  }

  /**
   * Whether a record may enter; if so, its octave has one token less.
   * @param z -ln p
   * @param now records that have come so far
   * @param bursts how much more ordinary rare records come in bursts than at random, 1 or more
   */
  pass(z: number, now: number, bursts: number): boolean {
    const k = Math.min(OCTAVES - 1, Math.floor(z * Math.LOG2E))
    const rate = bursts * this.#tolerance * widthOf(k)
    const gained = (now - (this.#filledAt[k] as number)) * rate
    const tokens = Math.min((this.#tokens[k] as number) + gained, bursts * most(rate))
    this.#filledAt[k] = now
    const passes = tokens >= 1
    this.#tokens[k] = passes ? tokens - 1 : tokens
    return passes
  }

  capture(): Captured {
    return { tokens: this.#tokens.slice(), filledAt: this.#filledAt.slice() }
  }

  /** @throws AlertsStateError when that is no gate */
  restore(captured: Captured): void {
    const filledAt = numbersOf(captured, 'filledAt', OCTAVES)
    this.#tokens.set(numbersOf(captured, 'tokens', OCTAVES))
    this.#filledAt.set(filledAt)
  }
}

function widthOf(octave: number): number {
  return 2 ** -(octave === OCTAVES - 1 ? octave : octave + 1)
}

function most(rate: number): number {
  return Math.max(HELD_LEAST, HELD_RECORDS * rate)
}

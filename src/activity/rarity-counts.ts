import type { StateValue } from '../state/section.js'
import type { AlertLevels } from './alert-levels.js'

const MINUTE_MS = 60_000
const MINUTES = 60
/** Alert rates from 0.1 down to a millionth, ten to a power of ten. */
const LEVELS = 51
const LEVELS_A_DECADE = 10
const HIGHEST = 0.1
/** What stands before the levels: records, and those that are alerted whatever the rate. */
const RECORDS = 0
const ANYWAY = 1
const FIRST_LEVEL = 2
const WIDTH = FIRST_LEVEL + LEVELS

/** A captured hour. */
export type RarityState = { readonly minutes: Float64Array; readonly counts: Uint32Array }

/**
 * How rare the records of the last hour were, so that it can be told how many of them another alert rate would have
 * alerted. What an incident or a limit alerts does not depend on it.
 */
export class RarityCounts {
  /** u32[MINUTES][WIDTH] */
  readonly #counts = new Uint32Array(MINUTES * WIDTH)
  /** Which minute since 1970 each slot holds. */
  readonly #minutes = new Float64Array(MINUTES)
  #at = 0
  #startMs = Number.POSITIVE_INFINITY
  #endMs = Number.NEGATIVE_INFINITY

  /**
   * @param p chance that an ordinary record is as rare; null where nobody knows
   * @param anyway whether it is alerted whatever the rate
   */
  see(nowMs: number, p: number | null, anyway: boolean): void {
    if (nowMs >= this.#endMs || nowMs < this.#startMs) this.#turnTo(nowMs)
    const counts = this.#counts
    const at = this.#at
    counts[at] = (counts[at] as number) + 1
    if (anyway) counts[at + ANYWAY] = (counts[at + ANYWAY] as number) + 1
    else if (p !== null && p <= HIGHEST) {
      const level = at + FIRST_LEVEL + levelOf(p)
      counts[level] = (counts[level] as number) + 1
    }
  }

  /** What each rate would have come to over the last hour. */
  levels(nowMs: number): Pick<AlertLevels, 'records' | 'anyway' | 'levels'> {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const sums = new Float64Array(WIDTH)
    for (let slot = 0; slot < MINUTES; slot++) {
      const age = minute - (this.#minutes[slot] as number)
      if (age < 0 || age >= MINUTES) continue
      for (let i = 0; i < WIDTH; i++)
        sums[i] = (sums[i] as number) + (this.#counts[slot * WIDTH + i] as number)
    }
    const levels: AlertLevels['levels'] = []
    let alerts = sums[ANYWAY] as number
    for (let level = LEVELS - 1; level >= 0; level--) {
      alerts += sums[FIRST_LEVEL + level] as number
      levels.unshift({ rate: rateOf(level), alerts })
    }
    return { records: sums[RECORDS] as number, anyway: sums[ANYWAY] as number, levels }
  }

  capture(): RarityState {
    return { minutes: this.#minutes.slice(), counts: this.#counts.slice() }
  }

  /** Takes over a captured hour; what does not fit is left out. */
  restore(state: StateValue): void {
    const { minutes, counts } = (state ?? {}) as Partial<RarityState>
    if (minutes?.length !== MINUTES || counts?.length !== this.#counts.length) return
    this.#minutes.set(minutes)
    this.#counts.set(counts)
    this.#startMs = Number.POSITIVE_INFINITY
  }

  #turnTo(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const slot = minute % MINUTES
    if (this.#minutes[slot] !== minute) this.#counts.fill(0, slot * WIDTH, (slot + 1) * WIDTH)
    this.#minutes[slot] = minute
    this.#at = slot * WIDTH
    this.#startMs = minute * MINUTE_MS
    this.#endMs = this.#startMs + MINUTE_MS
  }
}

/** The lowest of the rates that alert a record of this p, 0.1 at most. */
function levelOf(p: number): number {
  // A p that is a level itself counts there, whatever its last bit says.
  const level = Math.floor(-LEVELS_A_DECADE * Math.log10(p / HIGHEST) + 1e-9)
  return Math.min(LEVELS - 1, level)
}

function rateOf(level: number): number {
  return Number((HIGHEST * 10 ** (-level / LEVELS_A_DECADE)).toPrecision(3))
}

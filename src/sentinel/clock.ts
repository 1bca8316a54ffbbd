import type { EvenClock } from '../alerts/alert-desk.js'
import { SteadyClock } from '../runtime/steady-clock.js'
import { RecordClock } from '../telemetry/record-clock.js'

/** How far a live record's time may be ahead of the machine's: one from the far future would hold time still. */
const AHEAD_MS = 60_000
/** What was said less than this ago may not be over yet. */
const LATELY_MS = 5_000

/**
 * The time at which records are judged: that of the machine, or, of a record that came earlier, what is said of it. Time
 * goes back for nobody and never ahead of the machine: a record that is older than the one judged before it counts as
 * having come with that one, and one of the future as having come now.
 */
export class JudgingClock implements EvenClock {
  readonly #even: EvenClock
  readonly #wallMs: () => number
  /** When the record at hand came, by both clocks: each is asked once a record. Null where none is at hand. */
  #heldMs: number | null = null
  #heldShownMs: number | null = null
  #newestMs = Number.NEGATIVE_INFINITY
  #saidAt = Number.NEGATIVE_INFINITY

  /**
   * @param even for what is measured
   * @param wallMs for what people are shown, ms since 1970
   */
  constructor(even: EvenClock, wallMs: () => number) {
    this.#even = even
    this.#wallMs = wallMs
  }

  get nowMs(): number {
    return this.#heldMs ?? this.#even.nowMs
  }

  /** The same for people. */
  get shownMs(): number {
    return this.#heldShownMs ?? this.#wallMs()
  }

  /** Whether records of the past are being judged: what ends for want of records is not to end meanwhile. */
  get looksBack(): boolean {
    return performance.now() - this.#saidAt < LATELY_MS
  }

  /** A record is judged now: it is that time until `release`. */
  hold(): void {
    const shownMs = this.#wallMs()
    this.#heldMs = this.#even.nowMs
    this.#heldShownMs = shownMs
    this.#newestMs = shownMs
  }

  /** The same of one that came earlier, as far as time may be there; returns what time it is then. */
  holdAt(ms: number): number {
    const saidMs = Math.min(Math.max(ms, this.#newestMs), this.#wallMs())
    this.#saidAt = performance.now()
    this.#heldMs = saidMs
    this.#heldShownMs = saidMs
    this.#newestMs = saidMs
    return saidMs
  }

  /** Time goes on. */
  release(): void {
    this.#heldMs = null
    this.#heldShownMs = null
  }

  continueAfter(ms: number): void {
    this.#even.continueAfter?.(ms)
  }
}

/** The clocks of one sentinel. */
export interface Clocks {
  /** Which records are judged by. */
  readonly judging: JudgingClock
  /** For how long something was said: by itself, as that of the records is set ahead by what an earlier process saw. */
  readonly spoken: EvenClock
  /** For people, ms since 1970. */
  readonly wallMs: () => number
  /** Time as the records tell it, where no pace may decide; null where the clock of the machine does. */
  readonly records: RecordClock | null
}

/**
 * @param given a clock in the place of all others, ms since 1970
 * @param told whether records say when they came
 * @param replayed whether they come at a pace of their own, and their times may be anything
 */
export function clocksOf(given: (() => number) | undefined, told: boolean, replayed: boolean): Clocks {
  if (given !== undefined) {
    const even = clockOf(given)
    return { judging: new JudgingClock(even, given), spoken: even, wallMs: given, records: null }
  }
  if (replayed || told) {
    const records = new RecordClock(replayed ? undefined : () => Date.now() + AHEAD_MS)
    const wallMs = (): number => records.nowMs
    return { judging: new JudgingClock(records, wallMs), spoken: records, wallMs, records }
  }
  const judging = new JudgingClock(new SteadyClock(), Date.now)
  return { judging, spoken: new SteadyClock(), wallMs: Date.now, records: null }
}

function clockOf(nowMs: () => number): EvenClock {
  return {
    get nowMs() {
      return nowMs()
    },
  }
}

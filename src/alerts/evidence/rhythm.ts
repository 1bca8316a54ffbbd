import { SPARSE_MS } from '../../detector/guarded/admission/sparseness.js'
import { AlertsStateError, type Captured, numbersOf } from '../captured.js'

/** Records after which a route has a rhythm. */
const ESTABLISHED = 200
/** Records over which it follows, and how fast that is in the end. */
const MEMORY = 500
const PACE = 1 / MEMORY
/** A gap counts as at most this many usual ones. */
const LONGEST = 16
/** Fewest records that make a surge. */
const LEAST_SURGE = 50
/** Up to so many records of others a route is not silent: the bound on evidence alone asks for more. */
const NOT_SILENT = 24
/** What is left of the evidence once a surge was said: it goes on until that has gone. */
const SAID = 1
/** Records of one surge after which its gaps are taken for the route's own. */
const ACCEPTED_AFTER = 1000
/** Records that say whether they are samples of a measure. */
const FIRST = 16
/** Of samples of a measure the gaps vary less than this, variance by squared mean; of independent requests it is 1. */
const EVEN = 0.15
/** Above this evidence gaps are no longer taken for the route's own. */
const SUSPECT = 3

/** What a route's records say of its rhythm. */
export type Beat = 'usual' | 'surge'

interface Pace {
  readonly logA: number
}

/**
 * When a route's records come, in time and in records of other routes. Both must agree that something has changed: at night
 * all routes slow down in time, in a flood all others fall behind in records, and neither is a change of this route.
 * Gaps between records are exponential for independent requests, and more spread out for those that come in bursts;
 * evidence is weighed down by how much more.
 */
export class Rhythm {
  #count = 0
  #lastMs = 0
  #lastRecord = 0
  /** Usual gap in ms and in records, and the mean square of the smaller ratio to it. */
  #gapMs = 0
  #gapRecords = 0
  #square = 2
  /** Mean square of the first few gaps in ms. */
  #firstSquareMs = 0
  #surge = 0
  #surgeCount = 0
  /** Whether silence was said; until the next record. */
  silent = false

  /** When the last record came, ms; 0 before the first. */
  get lastMs(): number {
    return this.#lastMs
  }

  /** Usual time from record to record, ms; 0 until the second. */
  get gapMs(): number {
    return this.#gapMs
  }

  /** Whether the first records came minutes apart and evenly, as samples of a measure do and requests do not. */
  get isSampled(): boolean {
    return this.#gapMs >= SPARSE_MS && this.#firstSquareMs <= (1 + EVEN) * this.#gapMs * this.#gapMs
  }

  /** Whether a surge may be going on. */
  get isSurging(): boolean {
    return this.#surge >= SAID
  }

  /**
   * A record of the route has come.
   * @param records ordinary records of all routes so far
   * @param pace with -ln of the share of records that may bring a false incident
   */
  beat(nowMs: number, records: number, { logA }: Pace): Beat {
    const gapMs = Math.max(0, nowMs - this.#lastMs)
    const gapRecords = Math.max(1, records - this.#lastRecord)
    this.#lastMs = Math.max(nowMs, this.#lastMs)
    this.#lastRecord = records
    this.#count += 1
    this.silent = false
    if (this.#count === 1) return 'usual'
    // The less hurried of the two decides whether it is a surge.
    // Where all have come in one millisecond so far, nothing is a number that is divided by the usual gap.
    const inTime = gapMs / Math.max(this.#gapMs, Number.MIN_VALUE)
    const ratio = Math.min(LONGEST, Math.max(inTime, gapRecords / this.#gapRecords))
    // Without evidence so far, a gap that is no shorter than usual adds none.
    if (this.#count > ESTABLISHED && (this.#surge > 0 || ratio < Math.LN2)) {
      this.#surge = Math.max(0, this.#surge + (Math.LN2 - ratio) / this.#burstiness)
      this.#surgeCount = this.#surge === 0 ? 0 : this.#surgeCount + 1
    }
    if (this.#surge < SUSPECT || this.#surgeCount > ACCEPTED_AFTER) this.#follow(gapMs, gapRecords, ratio)
    if (this.#surge < logA || this.#surgeCount < LEAST_SURGE) return 'usual'
    this.#surge = SAID
    return 'surge'
  }

  /** Whether the route has been silent for longer than chance would have it. */
  isSilent(nowMs: number, records: number, { logA }: Pace): boolean {
    if (records - this.#lastRecord <= NOT_SILENT || this.silent || this.#count < ESTABLISHED) return false
    const bound = 2 * logA * this.#burstiness
    return (
      records - this.#lastRecord > bound * this.#gapRecords &&
      nowMs - this.#lastMs > bound * Math.max(this.#gapMs, 1)
    )
  }

  capture(): Captured {
    return {
      gaps: Float64Array.of(
        this.#count,
        this.#lastMs,
        this.#lastRecord,
        this.#gapMs,
        this.#gapRecords,
        this.#square,
        this.#surge,
        this.#surgeCount,
        this.silent ? 1 : 0,
        this.#firstSquareMs,
      ),
    }
  }

  /** @throws AlertsStateError when that is no rhythm */
  restore(captured: Captured): void {
    const gaps = numbersOf(captured, 'gaps')
    // A state of before it was known what is sampled has one number less: of its youngest routes none is.
    if (gaps.length !== 9 && gaps.length !== 10) throw new AlertsStateError('gaps is not 10 numbers')
    this.#count = gaps[0] as number
    this.#lastMs = gaps[1] as number
    this.#lastRecord = gaps[2] as number
    this.#gapMs = gaps[3] as number
    this.#gapRecords = gaps[4] as number
    this.#square = gaps[5] as number
    this.#surge = gaps[6] as number
    this.#surgeCount = gaps[7] as number
    this.silent = gaps[8] === 1
    this.#firstSquareMs = gaps[9] ?? Number.MAX_VALUE
  }

  /** Squared variation of the gaps, 1 for independent requests. */
  get #burstiness(): number {
    return Math.max(1, this.#square - 1)
  }

  #follow(gapMs: number, gapRecords: number, ratio: number): void {
    const pace = this.#count > MEMORY ? PACE : 1 / (this.#count - 1)
    this.#gapMs += pace * (Math.min(gapMs, LONGEST * (this.#gapMs || gapMs)) - this.#gapMs)
    this.#gapRecords +=
      pace * (Math.min(gapRecords, LONGEST * (this.#gapRecords || gapRecords)) - this.#gapRecords)
    if (this.#count <= FIRST) this.#firstSquareMs += pace * (gapMs * gapMs - this.#firstSquareMs)
    if (this.#count > LONGEST) this.#square += pace * (ratio * ratio - this.#square)
  }
}

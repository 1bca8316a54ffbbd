import { type Captured, numbersOf } from '../captured.js'

const DAY_MS = 86_400_000
/** Records over which the pace is measured, and after which A is worked out again. */
const MEMORY = 2000
const STALE_AFTER = 256
/** A is at least this, however slow the traffic: false incidents are rare by the record, too. */
const LEAST_RECORDS = 180_000
const MOST_RECORDS = 1e9

/** How many records there are a day, and what follows from it: A, the records between false incidents. */
export class TrafficPace {
  readonly #falseADay: number
  #count = 0
  #lastMs = 0
  #gapMs = 0
  #logA = Math.log(LEAST_RECORDS)
  /** Records that the next one stands for, itself among them. */
  standsFor = 1

  constructor(falseIncidentsADay: number) {
    this.#falseADay = falseIncidentsADay
  }

  /** ln A. */
  get logA(): number {
    return this.#logA
  }

  /** When the last record came, ms; 0 before the first. */
  get lastMs(): number {
    return this.#lastMs
  }

  record(nowMs: number): void {
    const gapMs = this.#count === 0 ? 0 : Math.max(0, nowMs - this.#lastMs)
    this.#lastMs = Math.max(nowMs, this.#lastMs)
    this.#count += 1
    this.#gapMs += (gapMs / this.standsFor - this.#gapMs) / Math.min(this.#count, MEMORY)
    if (this.#count % STALE_AFTER !== 0 || this.#gapMs <= 0) return
    const bearable = DAY_MS / this.#gapMs / this.#falseADay
    this.#logA = Math.log(Math.min(Math.max(bearable, LEAST_RECORDS), MOST_RECORDS))
  }

  capture(): Captured {
    return { pace: Float64Array.of(this.#count, this.#lastMs, this.#gapMs, this.#logA) }
  }

  /** @throws AlertsStateError when that is no pace */
  restore(captured: Captured): void {
    const pace = numbersOf(captured, 'pace', 4)
    this.#count = pace[0] as number
    this.#lastMs = pace[1] as number
    this.#gapMs = pace[2] as number
    this.#logA = pace[3] as number
  }
}

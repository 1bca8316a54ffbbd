const MINUTE_MS = 60_000
/** Counts are kept in twelve parts of an hour. */
const PART_MS = 5 * MINUTE_MS
const PARTS = 12
const FIGURES = 3

/** Counts of an hour. */
export interface HourCounts {
  readonly records: number
  readonly odd: number
  readonly alerts: number
}

/** How many records of each of some routes came in the last hour: 55 to 60 minutes, for the oldest part goes as a whole. */
export class RouteCounts {
  /** u32[routes][PARTS][records, odd, alerts] */
  readonly #counts: Uint32Array
  /** In which part each route came last: parts since 1970. */
  readonly #parts: Float64Array
  #part = 0
  /** Where the counts of that part begin among those of a route. */
  #partAt = 0
  #startMs = Number.POSITIVE_INFINITY
  #endMs = Number.NEGATIVE_INFINITY

  constructor(routes: number) {
    this.#counts = new Uint32Array(routes * PARTS * FIGURES)
    this.#parts = new Float64Array(routes)
  }

  see(slot: number, nowMs: number, odd: boolean, alerted: boolean): void {
    if (nowMs >= this.#endMs || nowMs < this.#startMs) this.#turnTo(nowMs)
    if (this.#parts[slot] !== this.#part) this.#forward(slot, this.#part)
    const counts = this.#counts
    const at = slot * PARTS * FIGURES + this.#partAt
    counts[at] = (counts[at] as number) + 1
    if (odd) counts[at + 1] = (counts[at + 1] as number) + 1
    if (alerted) counts[at + 2] = (counts[at + 2] as number) + 1
  }

  /** Of one route. */
  of(slot: number, nowMs: number): HourCounts {
    this.#forward(slot, Math.floor(nowMs / PART_MS))
    const sums = [0, 0, 0]
    for (let part = 0; part < PARTS; part++)
      for (let figure = 0; figure < FIGURES; figure++)
        sums[figure] =
          (sums[figure] as number) + (this.#counts[(slot * PARTS + part) * FIGURES + figure] ?? 0)
    const [records = 0, odd = 0, alerts = 0] = sums
    return { records, odd, alerts }
  }

  /** Of all routes together. */
  total(nowMs: number): HourCounts {
    const sum = { records: 0, odd: 0, alerts: 0 }
    for (let slot = 0; slot < this.#parts.length; slot++) {
      if (this.#parts[slot] === 0) continue
      const one = this.of(slot, nowMs)
      sum.records += one.records
      sum.odd += one.odd
      sum.alerts += one.alerts
    }
    return sum
  }

  clear(slot: number): void {
    this.#counts.fill(0, slot * PARTS * FIGURES, (slot + 1) * PARTS * FIGURES)
    this.#parts[slot] = this.#part
  }

  #turnTo(nowMs: number): void {
    this.#part = Math.floor(nowMs / PART_MS)
    this.#partAt = (this.#part % PARTS) * FIGURES
    this.#startMs = this.#part * PART_MS
    this.#endMs = this.#startMs + PART_MS
  }

  /** Empties the parts that have begun since the route came last. A clock that went back empties nothing. */
  #forward(slot: number, part: number): void {
    const last = this.#parts[slot] as number
    if (part <= last) return
    for (let p = Math.max(last + 1, part - PARTS + 1); p <= part; p++) {
      const at = (slot * PARTS + (p % PARTS)) * FIGURES
      this.#counts.fill(0, at, at + FIGURES)
    }
    this.#parts[slot] = part
  }
}

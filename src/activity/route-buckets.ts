import { N_COUNTS, N_SCORES, NO_BUCKET as NONE, type RouteBucketsState } from './kept-buckets.js'
import type { RouteTally } from './route-tally.js'
import { codeOfScore, SCORE_BINS, scoreOfCode, scoreQuantile } from './score-bins.js'
import { FIRST_ACTION, ODD, RECORDS } from './tally.js'

/**
 * What became of the records of each of some routes, in the last `size` buckets of one width. A bucket takes 22 bytes, in
 * arrays that are made once. A bucket has the number of its width since 1970, and lies at that number modulo the size.
 */
export class RouteBuckets {
  readonly widthMs: number
  readonly size: number
  /** u32[routes][size][N_COUNTS] */
  readonly #counts: Uint32Array
  /** u8[routes][size][N_SCORES], of buckets that are not being filled. */
  readonly #scores: Uint8Array
  /** u32[routes][SCORE_BINS], of the bucket that is being filled. */
  readonly #bins: Uint32Array
  /** f64[routes]: number of the newest bucket, and of the one that is being filled. */
  readonly #newest: Float64Array
  readonly #filling: Float64Array
  /** The bucket that it is time for, and where that lies. */
  #number = NONE
  #place = 0
  #startMs = Number.POSITIVE_INFINITY
  #endMs = Number.NEGATIVE_INFINITY

  /** @param size 256 at most, for ages are kept in bytes */
  constructor(routes: number, widthMs: number, size: number) {
    this.widthMs = widthMs
    this.size = size
    this.#counts = new Uint32Array(routes * size * N_COUNTS)
    this.#scores = new Uint8Array(routes * size * N_SCORES)
    this.#bins = new Uint32Array(routes * SCORE_BINS)
    this.#newest = new Float64Array(routes).fill(NONE)
    this.#filling = new Float64Array(routes).fill(NONE)
  }

  /** The bucket that a time lies in. */
  numberAt(timeMs: number): number {
    return Math.floor(timeMs / this.widthMs)
  }

  /**
   * Counts a record.
   * @param bin of its score; -1 where no forest judged
   * @param action where it stands in the order of severity, from 0; -1 for a record that nobody is told of
   */
  see(slot: number, nowMs: number, bin: number, odd: boolean, action: number): void {
    if (nowMs >= this.#endMs || nowMs < this.#startMs) this.#turnTo(nowMs)
    if (this.#filling[slot] !== this.#number) this.#fill(slot, this.#number)
    const counts = this.#counts
    const at = (slot * this.size + this.#place) * N_COUNTS
    counts[at + RECORDS] = (counts[at + RECORDS] as number) + 1
    if (odd) counts[at + ODD] = (counts[at + ODD] as number) + 1
    if (action >= 0) counts[at + FIRST_ACTION + action] = (counts[at + FIRST_ACTION + action] as number) + 1
    if (bin < 0) return
    const binAt = slot * SCORE_BINS + bin
    this.#bins[binAt] = (this.#bins[binAt] as number) + 1
  }

  /** Adds what is known of a bucket to a tally. */
  addTo(tally: RouteTally, slot: number, number: number): void {
    const newest = this.#newest[slot] as number
    if (number > newest || number <= newest - this.size) return
    const bucket = this.#bucketOf(slot, number)
    const codesAt = bucket * N_SCORES
    const score = (share: number, place: number): number | null =>
      number === this.#filling[slot]
        ? this.#quantile(slot, share)
        : scoreOfCode(this.#scores[codesAt + place] as number)
    tally.add(this.#counts, bucket * N_COUNTS, score(0.5, 0), score(0.99, 1))
  }

  /** Adds the counts alone of some buckets, which are most of what is asked for. @param sums f64[5] */
  addCounts(sums: Float64Array, slot: number, first: number, last: number): void {
    const newest = this.#newest[slot] as number
    for (let n = Math.max(first, newest - this.size + 1, 0); n <= last && n <= newest; n++) {
      const at = this.#bucketOf(slot, n) * N_COUNTS
      for (let i = 0; i < N_COUNTS; i++) sums[i] = (sums[i] as number) + (this.#counts[at + i] as number)
    }
  }

  /** Lets a route begin anew. */
  clear(slot: number): void {
    this.#newest[slot] = NONE
    this.#filling[slot] = NONE
    this.#bins.fill(0, slot * SCORE_BINS, (slot + 1) * SCORE_BINS)
  }

  capture(slot: number): RouteBucketsState {
    const newest = this.#newest[slot] as number
    const ages: number[] = []
    for (let age = 0; age < this.size && age <= newest; age++)
      if ((this.#counts[this.#bucketOf(slot, newest - age) * N_COUNTS + RECORDS] as number) > 0)
        ages.push(age)
    const counts = new Uint32Array(ages.length * N_COUNTS)
    const scores = new Uint8Array(ages.length * N_SCORES)
    for (const [i, age] of ages.entries()) {
      const bucket = this.#bucketOf(slot, newest - age)
      counts.set(this.#counts.subarray(bucket * N_COUNTS, (bucket + 1) * N_COUNTS), i * N_COUNTS)
      scores.set(this.#scores.subarray(bucket * N_SCORES, (bucket + 1) * N_SCORES), i * N_SCORES)
    }
    const bins = this.#bins.slice(slot * SCORE_BINS, (slot + 1) * SCORE_BINS)
    const filling = this.#filling[slot] as number
    return { newest, ages: Uint8Array.from(ages), counts, scores, filling, bins }
  }

  /** Takes over captured buckets, which have the right shape. */
  restore(slot: number, { newest, ages, counts, scores, filling, bins }: RouteBucketsState): void {
    this.clear(slot)
    if (newest === NONE) return
    this.#advance(slot, newest)
    this.#filling[slot] = filling
    this.#bins.set(bins, slot * SCORE_BINS)
    for (const [i, age] of ages.entries()) {
      if (age >= this.size || age > newest) continue
      const bucket = this.#bucketOf(slot, newest - age)
      this.#counts.set(counts.subarray(i * N_COUNTS, (i + 1) * N_COUNTS), bucket * N_COUNTS)
      this.#scores.set(scores.subarray(i * N_SCORES, (i + 1) * N_SCORES), bucket * N_SCORES)
    }
  }

  #bucketOf(slot: number, number: number): number {
    return slot * this.size + (number % this.size)
  }

  #quantile(slot: number, share: number): number | null {
    return scoreQuantile(this.#bins.subarray(slot * SCORE_BINS, (slot + 1) * SCORE_BINS), share)
  }

  #turnTo(nowMs: number): void {
    this.#number = this.numberAt(nowMs)
    this.#place = this.#number % this.size
    this.#startMs = this.#number * this.widthMs
    this.#endMs = this.#startMs + this.widthMs
  }

  /**
   * Has a route go on with a bucket. A clock that goes back leads to a bucket that is known, and is counted there, with
   * the scores of what comes from then on; one that goes back farther than is kept begins anew.
   */
  #fill(slot: number, number: number): void {
    const filling = this.#filling[slot] as number
    if (filling !== NONE) this.#close(slot, filling)
    this.#filling[slot] = number
    this.#advance(slot, number)
  }

  /** Empties the buckets that have begun since the newest, up to one. */
  #advance(slot: number, number: number): void {
    const newest = this.#newest[slot] as number
    if (number <= newest && number > newest - this.size) return
    this.#empty(slot, number, number > newest && newest !== NONE ? number - newest : this.size)
    this.#newest[slot] = number
  }

  /** Empties so many buckets, up to one. */
  #empty(slot: number, last: number, count: number): void {
    const first = slot * this.size
    const fill = (from: number, to: number): void => {
      this.#counts.fill(0, (first + from) * N_COUNTS, (first + to) * N_COUNTS)
      this.#scores.fill(0, (first + from) * N_SCORES, (first + to) * N_SCORES)
    }
    const end = (last % this.size) + 1
    if (count >= this.size) fill(0, this.size)
    else if (count <= end) fill(end - count, end)
    else {
      fill(0, end)
      fill(this.size - (count - end), this.size)
    }
  }

  /** A bucket is over: of its scores two figures are kept. */
  #close(slot: number, number: number): void {
    const at = this.#bucketOf(slot, number) * N_SCORES
    const median = this.#quantile(slot, 0.5)
    if (median !== null) {
      this.#scores[at] = codeOfScore(median)
      this.#scores[at + 1] = codeOfScore(this.#quantile(slot, 0.99))
    }
    this.#bins.fill(0, slot * SCORE_BINS, (slot + 1) * SCORE_BINS)
  }
}

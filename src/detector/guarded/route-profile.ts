import type { RecordMatch } from '../baseline/baseline.js'
import { type Column, Columns, sortedColumns } from '../baseline/columns.js'
import { LEAST_SPREAD, toLog } from './log-scale.js'
import { spreadAround } from './median.js'

/** Records of a route that make its profile, at most and at least. */
export const PROFILE_ROWS = 128
export const ESTABLISHED_ROWS = 16

const scratch = new Float64Array(PROFILE_ROWS)

/** A captured profile. */
export type ProfileState = {
  readonly name: string
  readonly established: boolean
  used: boolean
  readonly size: number
  readonly next: number
  readonly stale: boolean
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly values: Float64Array
  readonly columns: readonly Column[]
}

/**
 * What a route's features usually are: robust centre and spread over its last admitted records, taken at a fit with
 * the values themselves.
 */
export class RouteProfile {
  readonly name: string
  /** Median, in raw units; the same and the spread on the log scale. Valid once established. */
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  established = false
  /** Whether it was looked up since the last sweep for the least recently used. */
  used = true
  /** The records behind median, centre and spread. */
  columns = new Columns([])
  size = 0
  #values: Float64Array
  #sorted: Float64Array
  #next = 0
  #stale = true

  constructor(name: string, nFeatures: number) {
    this.name = name
    this.median = new Float64Array(nFeatures)
    this.center = new Float64Array(nFeatures)
    this.spread = new Float64Array(nFeatures)
    // Most made-up routes come once: only a route that comes again gets a full ring.
    this.#values = new Float64Array(ESTABLISHED_ROWS * nFeatures)
    this.#sorted = new Float64Array(0)
  }

  /** Takes in a record of the route that the baseline took in. */
  add(values: Float64Array, at: number): void {
    const n = this.median.length
    if (this.size === ESTABLISHED_ROWS && this.#values.length === n * ESTABLISHED_ROWS) this.#grow()
    const row = this.#next
    for (let f = 0; f < n; f++) this.#values[row * n + f] = values[at + f] as number
    this.#next = (row + 1) % PROFILE_ROWS
    if (this.size < PROFILE_ROWS) this.size += 1
    this.#stale = true
  }

  /** Whether `refresh` has anything to do: there are records enough, and any came. */
  get stale(): boolean {
    return this.#stale && this.size >= ESTABLISHED_ROWS
  }

  /** Takes centre, spread and values anew. */
  refresh(): void {
    if (!this.stale) return
    const n = this.median.length
    if (this.#sorted.length < this.#values.length) this.#sorted = new Float64Array(this.#values.length)
    this.columns = new Columns(sortedColumns(this.#values, n, this.size, this.#sorted))
    for (let f = 0; f < n; f++) {
      const median = this.columns.median(f)
      this.median[f] = median
      this.center[f] = toLog(median)
      for (let i = 0; i < this.size; i++) scratch[i] = toLog(this.#values[i * n + f] as number)
      this.spread[f] = Math.max(spreadAround(this.center[f] as number, scratch, this.size), LEAST_SPREAD)
    }
    this.established = true
    this.#stale = false
  }

  /** Takes out the records that match; returns how many. Centre and spread follow at the next fit. */
  forget(matches: RecordMatch): number {
    const n = this.median.length
    const kept = new Float64Array(this.#values.length)
    const oldest = this.size < PROFILE_ROWS ? 0 : this.#next
    let left = 0
    for (let i = 0; i < this.size; i++) {
      const at = ((oldest + i) % PROFILE_ROWS) * n
      const row = this.#values.subarray(at, at + n)
      if (!matches(this.name, row)) kept.set(row, n * left++)
    }
    const gone = this.size - left
    if (gone === 0) return 0
    this.#values = kept
    this.size = left
    this.#next = left
    this.#stale = true
    if (left < ESTABLISHED_ROWS) this.established = false
    return gone
  }

  capture(): ProfileState {
    const { name, established, used, size, median, center, spread } = this
    const values = this.#values.slice(0, size * median.length)
    return {
      name,
      established,
      used,
      size,
      next: this.#next,
      stale: this.#stale,
      median: median.slice(),
      center: center.slice(),
      spread: spread.slice(),
      values,
      columns: this.columns.capture(),
    }
  }

  restore(state: ProfileState): void {
    this.median.set(state.median)
    this.center.set(state.center)
    this.spread.set(state.spread)
    this.established = state.established
    this.used = state.used
    this.size = state.size
    this.#next = state.next
    this.#stale = state.stale
    if (state.size > ESTABLISHED_ROWS) this.#grow()
    this.#values.set(state.values)
    this.columns = new Columns(state.columns)
  }

  #grow(): void {
    const values = new Float64Array(PROFILE_ROWS * this.median.length)
    values.set(this.#values)
    this.#values = values
  }
}

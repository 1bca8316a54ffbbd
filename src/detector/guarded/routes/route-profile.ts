import type { RecordMatch } from '../../baseline/baseline.js'
import {
  type Column,
  Columns,
  columnsIn,
  countBelow,
  countUpTo,
  sortedColumns,
} from '../../baseline/columns.js'
import { Constancy } from '../frame/constancy.js'
import { LEAST_SPREAD, linearPerUnit, perUnitOf, toLog } from '../frame/log-scale.js'
import { spreadAround } from '../frame/median.js'
import type { Scale } from '../frame/scale.js'

/** Records of a route that make its profile, at most and at least. */
export const PROFILE_ROWS = 128
export const ESTABLISHED_ROWS = 16

const scratch = new Float64Array(PROFILE_ROWS)

/** A captured profile. */
export type ProfileState = {
  readonly name: string
  readonly established: boolean
  /** How often it was looked up. A state of before says `used` instead: whether it was of late. */
  uses?: number
  readonly size: number
  readonly next: number
  readonly stale: boolean
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly values: Float64Array
  readonly columns: readonly Column[]
  /** A state of before had one unit of 1, and counted no constant values. */
  readonly perUnit?: Float64Array
  readonly constancy?: Float64Array
}

/**
 * What a route's features usually are: robust centre and spread over its last admitted records, taken at a fit with
 * the values themselves.
 */
export class RouteProfile implements Scale {
  readonly name: string
  /** Unit of the log scale; median, in raw units; the same and the spread on that scale. Valid once established. */
  readonly perUnit: Float64Array
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly novelty: Float64Array
  readonly constancy: Constancy
  established = false
  /** How often it was looked up; what was long ago counts less. */
  uses = 1
  /** The records behind median, centre and spread. */
  columns = new Columns([])
  size = 0
  readonly #linear: readonly boolean[]
  #values: Float64Array
  #sorted: Float64Array
  #next = 0
  #stale = true

  /** @param linear which features have differences that count, and no ratios */
  constructor(name: string, nFeatures: number, linear: readonly boolean[] = []) {
    this.name = name
    this.#linear = linear
    this.median = new Float64Array(nFeatures)
    this.center = new Float64Array(nFeatures)
    this.spread = new Float64Array(nFeatures)
    this.perUnit = new Float64Array(nFeatures)
    this.novelty = new Float64Array(nFeatures).fill(1)
    this.constancy = new Constancy(nFeatures)
    // Most made-up routes come once: only a route that comes again gets a full ring.
    this.#values = new Float64Array(ESTABLISHED_ROWS * nFeatures)
    this.#sorted = new Float64Array(0)
  }

  /** Takes in a record of the route that the baseline took in. */
  add(values: Float64Array, at: number): void {
    const n = this.median.length
    if (this.size === ESTABLISHED_ROWS && this.#values.length === n * ESTABLISHED_ROWS) this.#grow()
    const row = this.#next
    for (let f = 0; f < n; f++) {
      const value = values[at + f] as number
      this.#values[row * n + f] = value
      this.constancy.count(f, value)
    }
    this.#next = (row + 1) % PROFILE_ROWS
    if (this.size < PROFILE_ROWS) this.size += 1
    this.#stale = true
  }

  /** Whether `refresh` has anything to do: there are records enough, and any came. */
  get stale(): boolean {
    return this.#stale && this.size >= ESTABLISHED_ROWS
  }

  /** `refresh` is to take all anew. */
  outdate(): void {
    this.#stale = true
  }

  /** Takes centre, spread and values anew. */
  refresh(): void {
    if (!this.stale) return
    const n = this.median.length
    if (this.#sorted.length < this.#values.length) this.#sorted = new Float64Array(this.#values.length)
    const columns = sortedColumns(this.#values, n, this.size, this.#sorted)
    this.columns = new Columns(columns)
    for (let f = 0; f < n; f++) {
      const column = columns[f] as Column
      const perUnit = this.#linear[f] === true ? linearPerUnit(column) : perUnitOf(column)
      const median = this.columns.median(f)
      this.perUnit[f] = perUnit
      this.median[f] = median
      this.center[f] = toLog(median, perUnit)
      for (let i = 0; i < this.size; i++) scratch[i] = toLog(column[i] as number, perUnit)
      this.spread[f] = Math.max(spreadAround(this.center[f] as number, scratch, this.size), LEAST_SPREAD)
      const same = countUpTo(column, median) - countBelow(column, median)
      this.constancy.settle(f, median, same, this.size - same)
      this.novelty[f] = this.constancy.novelty(f)
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
    this.constancy.clear()
    this.novelty.fill(1)
    if (left < ESTABLISHED_ROWS) this.established = false
    return gone
  }

  capture(): ProfileState {
    const { name, established, uses, size, median, center, spread, perUnit } = this
    const values = this.#values.slice(0, size * median.length)
    return {
      name,
      established,
      uses,
      size,
      next: this.#next,
      stale: this.#stale,
      median: median.slice(),
      center: center.slice(),
      spread: spread.slice(),
      values,
      columns: this.columns.capture(),
      perUnit: perUnit.slice(),
      constancy: this.constancy.capture(),
    }
  }

  restore(state: ProfileState): void {
    this.median.set(state.median)
    this.center.set(state.center)
    this.spread.set(state.spread)
    this.established = state.established
    this.uses = state.uses ?? state.size
    if (state.perUnit === undefined) this.perUnit.fill(1)
    else this.perUnit.set(state.perUnit)
    this.novelty.fill(1)
    if (state.constancy === undefined) this.constancy.clear()
    else {
      this.constancy.restore(state.constancy)
      for (let f = 0; state.established && f < this.novelty.length; f++)
        this.novelty[f] = this.constancy.novelty(f)
    }
    this.size = state.size
    this.#next = state.next
    this.#stale = state.stale
    if (this.#values.length < state.values.length) this.#grow()
    this.#values.set(state.values)
    this.#restoreColumns(state.columns)
  }

  /** Into what is there already, where it is of that size: a model of a fleet comes every second. */
  #restoreColumns(columns: readonly Column[]): void {
    const size = columns[0]?.length ?? 0
    if (this.columns.size !== size) {
      const n = columns.length
      const rows = size > ESTABLISHED_ROWS ? PROFILE_ROWS : ESTABLISHED_ROWS
      if (this.#sorted.length < n * rows) this.#sorted = new Float64Array(n * rows)
      this.columns = new Columns(columnsIn(this.#sorted, n, size))
    }
    this.columns.restore(columns)
  }

  #grow(): void {
    const values = new Float64Array(PROFILE_ROWS * this.median.length)
    values.set(this.#values)
    this.#values = values
  }
}

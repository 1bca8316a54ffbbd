import type { RecordMatch } from '../../baseline/baseline.js'
import { medianOf } from '../frame/median.js'
import type { RandomStream } from '../random-stream.js'
import { type RecordState, RecordStore } from '../record-store.js'
import type { RouteProfile } from '../routes/route-profile.js'
import type { RouteProfiles } from '../routes/route-profiles.js'
import { everyIndex } from '../shifts/shift-release.js'
import { CellCounts } from './cell-counts.js'

/** The records that the next forest is grown from: how many of them each cell holds, and the profiles that they fill. */
export class KnownRecords {
  readonly records: RecordStore
  readonly #cells = new CellCounts()
  readonly #profiles: RouteProfiles
  readonly #random: RandomStream

  constructor(capacity: number, nFeatures: number, profiles: RouteProfiles, random: RandomStream) {
    this.records = new RecordStore(capacity, nFeatures)
    this.#profiles = profiles
    this.#random = random
  }

  get size(): number {
    return this.records.size
  }

  /** How many of them are in a cell. */
  of(cell: number): number {
    return this.#cells.of(cell)
  }

  /** Median of a feature's values; 0 where there is no record. */
  medianOf(feature: number): number {
    const { size, values, nFeatures } = this.records
    const column = new Float64Array(size)
    for (let i = 0; i < size; i++) column[i] = values[i * nFeatures + feature] as number
    return size === 0 ? 0 : medianOf(column, size)
  }

  /**
   * Takes a record of another store in: to the first free place, or to a random one.
   * @param general what its route is generally called, where the caller knows it
   */
  enter(source: RecordStore, from: number, profile: RouteProfile | undefined, general?: string): void {
    const { size, capacity } = this.records
    this.replace(size === capacity ? this.#random.below(capacity) : size, source, from, profile, general)
  }

  /** Puts a record of another store to a place, and into the profiles of its route if it has some. */
  replace(
    index: number,
    source: RecordStore,
    from: number,
    profile: RouteProfile | undefined,
    general = this.#profiles.generalOf(source.routes[from] as string),
  ): void {
    const { records } = this
    if (index < records.size) this.#cells.remove(records.cells[index] as number)
    records.copy(index, source, from)
    this.#cells.add(records.cells[index] as number)
    if (profile !== undefined) {
      this.#profiles.willChange(profile)
      profile.add(records.values, index * records.nFeatures)
    }
    this.#profiles.share(records.routes[index] as string, general, records.values, index * records.nFeatures)
  }

  /** Keeps the records whose index a question says yes to; returns how many went. */
  retain(stays: (index: number) => boolean): number {
    const gone = this.records.retain(stays)
    this.recount()
    return gone
  }

  /** Takes the records that match out of them and of the profiles; returns how many went of each. */
  forget(matches: RecordMatch): { baseline: number; profiles: number } {
    const { records } = this
    const baseline = this.retain((i) => !matches(records.routes[i] as string, records.valuesOf(i)))
    let profiles = 0
    for (const [route, gone] of this.#profiles.forget(matches)) {
      profiles += gone
      this.remakeProfile(route, false)
    }
    return { baseline, profiles }
  }

  /**
   * Makes the profile of a route, by its own or its general name, anew from its records here.
   * @param always otherwise only where they are more than the profile has itself
   */
  remakeProfile(route: string, always: boolean): void {
    const { records } = this
    const own = everyIndex(records).filter((i) => {
      const name = records.routes[i] as string
      return name === route || this.#profiles.generalOf(name) === route
    })
    if (!always && own.length <= (this.#profiles.peek(route)?.size ?? 0)) return
    const profile = this.#profiles.admit(route)
    if (profile === undefined) return
    this.#profiles.willChange(profile)
    profile.forget(() => true)
    for (const i of own) profile.add(records.values, i * records.nFeatures)
  }

  clear(): void {
    this.records.size = 0
    this.recount()
  }

  /** Counts the cells anew, after the records were labelled. */
  recount(): void {
    this.#cells.recount(this.records)
  }

  /** Takes over captured records; the cells are still to be counted. */
  restore(state: RecordState): void {
    this.records.restore(state)
  }
}

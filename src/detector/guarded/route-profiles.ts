import { LateList } from '../../state/late.js'
import type { RecordMatch } from '../baseline/baseline.js'
import { RouteNames } from '../baseline/route-names.js'
import { type ProfileState, RouteProfile } from './route-profile.js'

/** Routes with a profile of their own where nothing else is said. */
export const ROUTES_MAX = 512
/** Raw routes remembered with their names, to each profile. */
const ALIASES_A_ROUTE = 4

/**
 * The profiles of at most `routesMax` routes. When one more is needed, the least recently used goes: a sweep in
 * order of arrival passes over those used since the last one (second chance), so a flood of new routes pushes
 * out itself.
 */
export class RouteProfiles {
  readonly #routesMax: number
  readonly #nFeatures: number
  readonly #profiles = new Map<string, RouteProfile>()
  readonly #names: RouteNames
  /** What is being captured. */
  #late: LateList<RouteProfile, ProfileState> | null = null

  constructor(routesMax: number, nFeatures: number) {
    this.#routesMax = routesMax
    this.#nFeatures = nFeatures
    this.#names = new RouteNames(ALIASES_A_ROUTE * routesMax)
  }

  get size(): number {
    return this.#profiles.size
  }

  /** Raw routes whose names are remembered. */
  get aliases(): number {
    return this.#names.size
  }

  nameOf(raw: string | undefined): string {
    return this.#names.of(raw)
  }

  find(name: string): RouteProfile | undefined {
    const profile = this.#profiles.get(name)
    if (profile !== undefined) profile.used = true
    return profile
  }

  /** As `find`, but it does not count as a use of the route: for bookkeeping. */
  peek(name: string): RouteProfile | undefined {
    return this.#profiles.get(name)
  }

  /** To be called before a profile takes a record in. */
  willChange(profile: RouteProfile): void {
    if (this.#late?.done) this.#late = null
    this.#late?.keep(profile)
  }

  /** The profile of a route that a record was admitted for. */
  findOrCreate(name: string): RouteProfile {
    const found = this.find(name)
    if (found !== undefined) return found
    if (this.#profiles.size >= this.#routesMax) this.#evict()
    const profile = new RouteProfile(name, this.#nFeatures)
    profile.used = false
    this.#late?.leaveOut(profile)
    this.#profiles.set(name, profile)
    return profile
  }

  /** Takes out the records that match, and profiles that nothing is left of; returns how many records went, by route. */
  forget(matches: RecordMatch): Map<string, number> {
    const gone = new Map<string, number>()
    for (const [name, profile] of this.#profiles) {
      this.willChange(profile)
      const records = profile.forget(matches)
      if (records > 0) gone.set(name, records)
      if (profile.size === 0) this.#profiles.delete(name)
    }
    return gone
  }

  clear(): void {
    this.#profiles.clear()
  }

  /** Every profile, in the order of the sweep; captured late, one by one. */
  capture(): readonly ProfileState[] {
    this.#late?.finish()
    const profiles = [...this.#profiles.values()]
    const used = profiles.map((profile) => profile.used)
    this.#late = new LateList(
      profiles,
      (profile: RouteProfile) => profile.capture(),
      (state, i) => {
        state.used = used[i] as boolean
      },
    )
    return this.#late.asList()
  }

  /** Takes over captured profiles; of more than there is room for, the latest. */
  restore(states: readonly ProfileState[]): void {
    for (const state of states.slice(-this.#routesMax)) this.findOrCreate(state.name).restore(state)
  }

  refresh(): void {
    for (const profile of this.#profiles.values()) {
      if (!profile.stale) continue
      this.willChange(profile)
      profile.refresh()
    }
  }

  #evict(): void {
    for (const [name, profile] of this.#profiles) {
      this.#profiles.delete(name)
      if (!profile.used) return
      profile.used = false
      this.#profiles.set(name, profile)
    }
  }
}

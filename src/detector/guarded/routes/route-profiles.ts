import { LateList } from '../../../state/late.js'
import { StateError } from '../../../state/section.js'
import type { Steps } from '../../../state/steps.js'
import { routeName } from '../../../telemetry/route-name.js'
import { RouteNames } from '../../../telemetry/route-names.js'
import type { RecordMatch } from '../../baseline/baseline.js'
import { laplace } from '../frame/constancy.js'
import { profileCheck } from './profile-state.js'
import { ESTABLISHED_ROWS, type ProfileState, RouteProfile } from './route-profile.js'
import { RouteTree, type TreeState } from './route-tree.js'
import { SightingSketch } from './sighting-sketch.js'

/** Routes with a profile of their own where nothing else is said. */
export const ROUTES_MAX = 512
/** Raw routes remembered with their names, to each profile. */
const ALIASES_A_ROUTE = 4
/** All counts of uses are halved when there were this many of them to each profile. */
const USES_A_ROUTE = 16
/** Profiles that one newcomer is compared with. */
const COMPARED = 2
const DIGIT = /\d/
/** Profiles that are restored before others have their turn. */
const PROFILES_A_STEP = 4
/** Of its records, this share of those whose value is the usual one makes a feature of a route a constant. */
const CONSTANT_SHARE = 0.9

/** What a raw route is called. */
export interface RouteNaming {
  /** The name of its profile: segments with digits that name something are told apart. */
  readonly own: string
  /** As everybody else calls it, with all segments that have a digit merged. */
  readonly general: string
}

/** What of the names and of newcomers survives a restart. */
export type NewcomerState = {
  readonly sightings: Uint8Array
  readonly uses: number
  readonly tree: TreeState
}

/**
 * The profiles of at most `routesMax` routes. Once they are full a newcomer has to earn its place: it is compared with a
 * few of those that are there, in turn, and takes the place of one that came up less often of late. One that is
 * established gives way only to a route that has come as often as it takes to be established itself, so that any
 * number of names that come once or twice push out nothing that is known.
 */
export class RouteProfiles {
  readonly #routesMax: number
  readonly #nFeatures: number
  readonly #profiles = new Map<string, RouteProfile>()
  readonly #tree: RouteTree
  readonly #names: RouteNames<RouteNaming>
  /** General names by own ones. */
  readonly #generals: RouteNames
  /** Revision of the tree that the names are of. */
  #revision = 0
  /** Sightings of names without a profile. */
  #sightings = new SightingSketch()
  /** Uses since they were halved. */
  #uses = 0
  /** What is being captured. */
  readonly #linear: readonly boolean[]
  #late: LateList<RouteProfile, ProfileState> | null = null

  /** @param linear which features have differences that count, and no ratios; it may change before `outdate` */
  constructor(routesMax: number, nFeatures: number, linear: readonly boolean[] = []) {
    this.#routesMax = routesMax
    this.#linear = linear
    this.#nFeatures = nFeatures
    const aliases = ALIASES_A_ROUTE * routesMax
    this.#tree = new RouteTree(() => this.#establishedPaths())
    this.#names = new RouteNames((raw) => this.#naming(raw), aliases)
    this.#generals = RouteNames.plain(aliases)
  }

  get size(): number {
    return this.#profiles.size
  }

  /** Raw routes whose names are remembered. */
  get aliases(): number {
    return this.#names.size
  }

  nameOf(raw: string | undefined): RouteNaming {
    const naming = this.#names.of(raw)
    if (this.#revision !== this.#tree.revision) this.#nameAnew()
    return naming
  }

  /** Without a digit there is nothing to learn of a route, and nothing that it would be told apart by. */
  #naming(raw: string): RouteNaming {
    const general = routeName(raw)
    return { own: DIGIT.test(raw) ? this.#tree.name(raw) : general, general }
  }

  /** The general name of a route by its own. */
  generalOf(own: string): string {
    return this.#generals.of(own)
  }

  /** A record has come for a route, of that profile if it has one. */
  count(profile: RouteProfile | undefined): void {
    if (profile !== undefined) profile.uses += 1
    this.#uses += 1
    if (this.#uses >= USES_A_ROUTE * this.#routesMax) this.#age()
  }

  peek(name: string): RouteProfile | undefined {
    return this.#profiles.get(name)
  }

  /** Own names of established profiles by the general name that they share, where that is another. */
  ownNames(): Map<string, string[]> {
    const names = new Map<string, string[]>()
    for (const [own, { established }] of this.#profiles) {
      const general = this.generalOf(own)
      if (!established || own === general) continue
      const others = names.get(general)
      if (others === undefined) names.set(general, [own])
      else others.push(own)
    }
    return names
  }

  /** To be called before a profile takes a record in. */
  willChange(profile: RouteProfile): void {
    if (this.#late?.done) this.#late = null
    this.#late?.keep(profile)
  }

  /**
   * What records of that own name are judged by: the profile of that, or while little is known of it that of the routes
   * that are generally called alike. Null where little is known of them, too.
   */
  scaleOf(own: string): RouteProfile | null {
    const profile = this.#profiles.get(own)
    if (profile?.established) return profile
    const general = this.generalOf(own)
    const shared = general === own ? undefined : this.#profiles.get(general)
    return shared?.established ? shared : null
  }

  /** Takes a record into the profile of its general name, where that is another than its own. */
  share(own: string, general: string, values: Float64Array, at: number): void {
    if (own === general) return
    const profile = this.admit(general)
    if (profile === undefined) return
    this.willChange(profile)
    profile.uses += 1
    profile.add(values, at)
  }

  /** The profile of a route that a record was admitted for; undefined while the route has not earned one. */
  admit(name: string): RouteProfile | undefined {
    const found = this.#profiles.get(name)
    if (found !== undefined) return found
    const full = this.#profiles.size >= this.#routesMax
    const sightings = full ? this.#sightings.see(name) : 1
    if (full && !this.#makeRoom(sightings)) return undefined
    const profile = new RouteProfile(name, this.#nFeatures, this.#linear)
    profile.uses = sightings
    this.#late?.leaveOut(profile)
    this.#profiles.set(name, profile)
    return profile
  }

  /** By feature: probability of another value than the usual one on routes where that is nearly the only one. */
  noveltyOfAll(): Float64Array {
    return Float64Array.from({ length: this.#nFeatures }, (_, f) => {
      let same = 0
      let other = 0
      for (const { constancy, established } of this.#profiles.values()) {
        const usual = constancy.same(f)
        const all = usual + constancy.other(f)
        if (!established || usual < CONSTANT_SHARE * all) continue
        same += usual
        other += all - usual
      }
      return laplace(same, other)
    })
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
    this.#tree.clear()
    this.#nameAnew()
    this.#sightings.clear()
    this.#uses = 0
  }

  /** Every profile, in the order in which they are compared with newcomers; captured late, one by one. */
  capture(): readonly ProfileState[] {
    this.#late?.finish()
    const profiles = [...this.#profiles.values()]
    const uses = profiles.map((profile) => profile.uses)
    this.#late = new LateList(
      profiles,
      (profile: RouteProfile) => profile.capture(),
      (state, i) => {
        state.uses = uses[i] as number
      },
    )
    return this.#late.asList()
  }

  /** What is known of names, and what newcomers have shown so far. */
  captureNewcomers(): NewcomerState {
    return { sightings: this.#sightings.capture(), uses: this.#uses, tree: this.#tree.capture() }
  }

  /** All profiles are to be taken anew by the next `refresh`: what is compared has changed. */
  outdate(): void {
    for (const profile of this.#profiles.values()) {
      this.willChange(profile)
      profile.outdate()
    }
  }

  /**
   * Takes over captured profiles in steps; of more than there is room for, the latest.
   * @param states each is checked when its turn has come
   * @throws StateError for what is no profile, and for a name that has come before
   */
  *restoring(states: Iterable<unknown>, newcomers?: NewcomerState): Steps {
    // What is there is overwritten, which takes less than to make it anew; not what is still to be captured.
    const former =
      this.#late === null || this.#late.done ? new Map(this.#profiles) : new Map<string, RouteProfile>()
    this.clear()
    const checked = profileCheck(this.#nFeatures)
    let count = 0
    for (const each of states) {
      const state = checked(each)
      const { name } = state
      if (this.#profiles.has(name)) throw new StateError('two profiles of its baseline have one name')
      const profile = former.get(name) ?? new RouteProfile(name, this.#nFeatures, this.#linear)
      former.delete(name)
      this.#late?.leaveOut(profile)
      this.#profiles.set(name, profile)
      profile.restore(state)
      if (this.#profiles.size > this.#routesMax) this.#profiles.delete(firstOf(this.#profiles.keys()))
      count += 1
      if (count % PROFILES_A_STEP === 0) yield
    }
    this.#sightings = new SightingSketch(newcomers?.sightings)
    this.#uses = newcomers?.uses ?? 0
    if (newcomers === undefined) return
    this.#tree.restore(newcomers.tree)
    this.#nameAnew()
  }

  refresh(): void {
    for (const profile of this.#profiles.values()) {
      if (!profile.stale) continue
      this.willChange(profile)
      profile.refresh()
    }
  }

  /** Whether a profile made way for a newcomer of so many sightings. Those that did not are compared last from now on. */
  #makeRoom(sightings: number): boolean {
    let compared = 0
    for (const [name, profile] of this.#profiles) {
      this.#profiles.delete(name)
      const earned = profile.established
        ? sightings >= ESTABLISHED_ROWS && sightings > profile.uses
        : sightings >= profile.uses
      if (earned) return true
      this.#profiles.set(name, profile)
      compared += 1
      if (compared === COMPARED) return false
    }
    return false
  }

  /** Names are to be asked of the tree again. */
  #nameAnew(): void {
    this.#revision = this.#tree.revision
    this.#names.clear()
  }

  /** The names of established profiles, and all paths that lead there. */
  #establishedPaths(): Set<string> {
    const paths = new Set<string>()
    for (const [name, { established }] of this.#profiles) {
      if (!established) continue
      for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1))
        paths.add(name.slice(0, end))
      paths.add(name)
    }
    return paths
  }

  #age(): void {
    this.#uses = 0
    this.#sightings.age()
    // What is remembered of names hides from the tree how many of them come up.
    this.#tree.sweep()
    this.#nameAnew()
    for (const profile of this.#profiles.values()) profile.uses >>= 1
  }
}

function firstOf(names: Iterable<string>): string {
  const [first] = names
  return first as string
}

import { type Captured, memberOf } from '../captured.js'
import { shiftOf } from '../habits/habits.js'
import type { AlertFeature } from '../options.js'
import type { Rarity } from '../rarity/rarity.js'
import type { Grown, RouteMemory } from '../rarity/route-memory.js'
import { suspicionOf } from './context.js'
import type { IncidentEvent, Incidents } from './gathering.js'
import { LeadingFeatures } from './leading-features.js'
import { SpikeEvidence } from './spike-evidence.js'
import type { TrafficPace } from './traffic-pace.js'
import { CALM_MS, reheatOf, type Watch } from './watch.js'

/** -ln p down to which a record belongs to an open incident: 0.05. */
const COLLECTED = Math.log(20)
/** What is added to that where an incident has nearly cooled down: to 0.001. */
const COOL = Math.log(50)
/** The same where it is one of all routes, to which more ordinary records come: 0.01. */
const COLLECTED_OF_ALL = Math.log(100)
/** Records of all traffic, and of a route, before evidence opens anything. */
const SPIKES_FROM = 200
const SHIFTS_FROM = 300
/** Up to so many of a route the evidence of a shift has to be the greater the fewer there are. */
const SHIFTS_KNOWN = 500
/** A feature has to be so many times what is usual, on average of late, for its shift to matter to anybody. */
const LEAST_SHIFT = Math.log(1.45)
/** ln of how much rarer false incidents are than A says, as a cumulative sum overshoots (Siegmund 1985). */
const OVERSHOOT = 1.5
/** Evidence of a shift above which a record is no part of ordinary traffic for certain. */
const SUSPECT = 4
/** Evidence of a shift from which on it is worth to see whether it matters. */
const NOTED = 5
/** -ln p down to which a record belongs to an incident that began with a shift, if it is as far off as that: 0.2. */
const OF_SHIFT = Math.log(5)
/** How far that is at least, and as a share of how far the shift has come on average. */
const LEAST_OF_SHIFT = Math.log(1.8)
const SHARE_OF_SHIFT = 0.5
/** Share of the evidence of all traffic that a route has when the matter is that route alone. */
const ALONE = 0.75

/** Gathers evidence by route and over all traffic, and opens, heats and cools incidents by it. */
export class Detection {
  readonly #features: readonly AlertFeature[]
  /** ln of twice their number. */
  readonly #logFeatures: number
  readonly #incidents: Incidents
  readonly #timeOf: (nowMs: number) => number
  readonly #all = new SpikeEvidence()
  readonly #leads: LeadingFeatures
  /** What the records before the one weighed last say of it, suspicionOf. */
  suspicion = 0
  /** Evidence of a shift that matters before the record weighed last. */
  #shiftBefore = 0

  /** @param timeOf what time it is for people, by which shifts come back */
  constructor(features: readonly AlertFeature[], incidents: Incidents, timeOf: (nowMs: number) => number) {
    this.#timeOf = timeOf
    this.#features = features
    this.#logFeatures = Math.log(2 * features.length)
    this.#incidents = incidents
    this.#leads = new LeadingFeatures(features.length)
  }

  /**
   * Weighs the record ranked last.
   * @param records that have come so far
   * @param learns whether it may say what is usual: of swings, and of how records depend on each other
   * @param beside whether it came as it is rare: then it says nothing of shifts, nor of the record before it
   * @returns the incident that it belongs to, if any
   */
  weigh(
    route: RouteMemory,
    rarity: Rarity,
    records: number,
    learns: boolean,
    pace: TrafficPace,
    nowMs: number,
    events: IncidentEvent[],
    beside = false,
  ): Watch | undefined {
    const { spikes, grown } = route
    const { z } = rarity
    const { logA } = pace
    let watch = this.#incidents.around(route.name)
    const calm = learns && (watch === undefined || !watch.hot)
    const recent = !beside && nowMs - route.rhythm.lastMs <= CALM_MS
    const spikesBefore = spikes.level / spikes.dependence.factor
    const zBefore = spikes.dependence.last
    this.#shiftBefore = 0
    const spiking = watch?.hot === true && watch.shifted < 0
    const shifted =
      beside || grown === null || !rarity.byFeatures ? -1 : this.#weighShifts(route, grown, calm, spiking)
    this.suspicion = recent ? suspicionOf(spikesBefore, this.#shiftBefore) : 0
    // Not by `?.`: what may be undefined or a number is an object on the heap.
    const shift = grown === null || shifted < 0 ? 0 : (grown.shifts[shifted] as Grown['shifts'][number]).level
    rarity.weigh()
    spikes.add(rarity)
    if (!beside) spikes.dependence.observe(rarity, calm && shift < SUSPECT)
    if (!beside && learns && watch === undefined && shift < SUSPECT) route.countRare(rarity)

    spikes.findMark(pace, false)
    const { mark: spikeMark } = spikes
    const youth = Math.max(1, SHIFTS_KNOWN / route.records)
    const shiftMark = (logA + this.#logFeatures - OVERSHOOT) * youth * youth
    const unlikely = logA + 2 * Math.LN2
    const byItself =
      records > SPIKES_FROM &&
      (z >= unlikely ||
        // The two say no more together than their sum.
        (recent && z + zBefore >= unlikely && pairSurprise(z, zBefore, spikes.dependence.factor) >= unlikely))
    const bySpikes = byItself || (records > SPIKES_FROM && spikes.level >= spikeMark)
    // What it takes to heat up again what has been seen, of spikes and of shifts.
    const reheatMark = watch === undefined || watch.hot ? Infinity : reheatOf(route.rhythm.gapMs)
    const byShift =
      shift >= Math.min(shiftMark, reheatMark + this.#logFeatures) &&
      this.#matters(grown, shifted) &&
      !this.#shiftIsHabit(route, shifted, learns, nowMs)
    let coolness = 0
    let opens = false
    if (watch === undefined) {
      opens = bySpikes || byShift
      if (opens) watch = this.#open(route, rarity, bySpikes ? -1 : shifted, nowMs, events)
      else watch = this.#weighAll(route, rarity, records, learns, pace, nowMs, events)
    } else {
      coolness = watch.coolness
      // Odd records of different routes have less to do with each other than those of one.
      const evidence = watch.incident.route === null ? this.#all : spikes
      if (evidence === this.#all) this.#all.add(rarity)
      if (evidence === this.#all) evidence.findMark(pace, false)
      const mark = evidence === this.#all ? evidence.mark : Math.min(reheatMark, spikeMark)
      if (!watch.hot) {
        if (byItself || evidence.level >= mark) watch.reheat(-1)
        else if (byShift) watch.reheat(shifted)
      } else {
        if (watch.shifted >= 0 && spikes.level >= spikeMark) watch.shifted = -1
        const gain = rarity.rankedGain
        const step = watch.shifted >= 0 ? (grown?.shifts[watch.shifted]?.step ?? gain) : gain
        if (watch.feel(step, nowMs)) this.#cool(evidence, route, watch)
        // Of several features that have shifted, the one with most evidence so far says best whether it goes on.
        else if (watch.shifted >= 0 && shifted >= 0) watch.shifted = shifted
      }
    }
    if (watch === undefined) return undefined
    spikes.level = Math.min(spikes.level, spikeMark)
    if (grown !== null) for (const each of grown.shifts) if (each.level > shiftMark) each.level = shiftMark
    const least = watch.incident.route === null ? COLLECTED_OF_ALL : COLLECTED + coolness * COOL
    const belongs = opens || rarity.rankedZ >= least || (recent && z >= OF_SHIFT && isOfShift(grown, watch))
    return watch.hot && belongs ? watch : undefined
  }

  capture(): Captured {
    return { all: this.#all.capture(), leads: this.#leads.capture() }
  }

  /** @throws AlertsStateError when that is no evidence */
  restore(captured: Captured): void {
    this.#all.restore(memberOf(captured, 'all'))
    // A state of before these were counted has none.
    if (Object.hasOwn(captured as object, 'leads')) this.#leads.restore(memberOf(captured, 'leads'))
  }

  /** Counts which feature leads in a rare record that was weighed: what an incident of all traffic is told by. */
  countLead(route: RouteMemory, rarity: Rarity): void {
    this.#leads.count(route, rarity, this.#all)
  }

  /** Index of the feature with most evidence of a shift, or -1. */
  #weighShifts(route: RouteMemory, grown: Grown, calm: boolean, spiking: boolean): number {
    if (route.records <= SHIFTS_FROM) return -1
    const { features, shifts } = grown
    let most = -1
    let level = 0
    for (let f = 0; f < shifts.length; f++) {
      const shift = shifts[f] as Grown['shifts'][number]
      if (shift.level > NOTED && shift.level > this.#shiftBefore && this.#matters(grown, f))
        this.#shiftBefore = shift.level
      shift.add(features[f] as Grown['features'][number], calm)
      // What an attack is made of is not what the route has become.
      if (spiking && shift.level > SUSPECT) shift.level = SUSPECT
      if (shift.level > level) {
        level = shift.level
        most = f
      }
    }
    return most
  }

  #matters(grown: Grown | null, feature: number): boolean {
    const shift = grown?.shifts[feature]
    const usual = grown?.features[feature]
    if (shift === undefined || usual === undefined) return false
    // Where nothing is usual, as of errors, no multiple of it can be asked for.
    return shift.distance >= LEAST_SHIFT || usual.usual === 0
  }

  /** Whether the feature moves so far at this time of the hour, the day or the week; then its evidence begins anew. */
  #shiftIsHabit(route: RouteMemory, feature: number, learns: boolean, nowMs: number): boolean {
    const { grown } = route
    if (grown === null) return false
    const { distance } = grown.shifts[feature] as Grown['shifts'][number]
    const habits = route.habitsToKeep()
    // Where single values come so far by habit, a run of them does.
    const ms = this.#timeOf(nowMs)
    const subject = shiftOf(feature)
    const known = learns ? habits.expectsOne(subject, distance, ms) : habits.has(subject, distance, ms)
    if (!known && !habits.has(feature, distance, ms)) return false
    for (const shift of grown.shifts) shift.reset()
    return true
  }

  #open(route: RouteMemory, rarity: Rarity, shifted: number, nowMs: number, events: IncidentEvent[]): Watch {
    const leading = shifted >= 0 ? shifted : rarity.leading(route)
    const feature = this.#features[leading]
    const usual = route.grown?.features[leading]
    route.grown?.tail.drop()
    const opening = {
      kind: shifted >= 0 ? ('shift' as const) : ('spike' as const),
      route: route.name,
      feature: feature?.name ?? null,
      direction: usual?.side ?? ('high' as const),
      usual: usual?.usual ?? 0,
      nowMs,
      gapMs: route.rhythm.gapMs,
    }
    return this.#incidents.start(opening, true, shifted, events)
  }

  /** Evidence over all traffic that no single route has enough of. */
  #weighAll(
    route: RouteMemory,
    rarity: Rarity,
    records: number,
    learns: boolean,
    pace: TrafficPace,
    nowMs: number,
    events: IncidentEvent[],
  ): Watch | undefined {
    const all = this.#all
    all.add(rarity)
    all.dependence.observe(rarity, learns)
    const incidents = this.#incidents
    const cold = incidents.open === 0 ? undefined : incidents.of(null)
    if (cold !== undefined) {
      all.findMark(pace, false)
      if (all.level < all.mark) return undefined
      cold.reheat(-1)
      return cold
    }
    if (records <= SPIKES_FROM) return undefined
    all.findMark(pace, true)
    return all.level < all.mark ? undefined : this.#openOfAll(route, nowMs, events)
  }

  #openOfAll(route: RouteMemory, nowMs: number, events: IncidentEvent[]): Watch | undefined {
    const all = this.#all
    const alone = route.name === '' || route.spikes.level >= ALONE * all.level
    if (alone) {
      all.level = Math.max(0, all.level - route.spikes.level)
      return undefined
    }
    all.level = 0
    const leading = this.#leads.most
    const usual = route.grown?.features[leading]
    const opening = {
      kind: 'spike' as const,
      route: null,
      feature: this.#features[leading]?.name ?? null,
      direction: usual?.side ?? ('high' as const),
      usual: usual?.usual ?? 0,
      nowMs,
      gapMs: 0,
    }
    return this.#incidents.start(opening, true, -1, events)
  }

  #cool(evidence: SpikeEvidence, { grown }: RouteMemory, { shifted }: Watch): void {
    evidence.level = 0
    if (shifted >= 0 && grown !== null) for (const shift of grown.shifts) shift.reset()
  }
}

/** Whether the record ranked last is as far off as the shift that an incident began with. */
function isOfShift(grown: Grown | null, { began }: Watch): boolean {
  if (grown === null || began < 0) return false
  const { level, distance } = grown.shifts[began] as Grown['shifts'][number]
  const { reach } = grown.features[began] as Grown['features'][number]
  return level > 0 && reach >= Math.max(LEAST_OF_SHIFT, SHARE_OF_SHIFT * distance)
}

/**
 * -ln of the chance that two ordinary records in a row are as rare as that together: of x = z + z' it is (1 + x) e^-x
 * (Fisher 1932). Where odd records follow each other without an attack, the two count as fewer.
 * @param dependence how many records count as one, 1 or more
 */
function pairSurprise(z: number, before: number, dependence: number): number {
  const x = (z + before) / Math.sqrt(dependence)
  return x - Math.log(1 + x)
}

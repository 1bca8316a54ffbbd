import type { Watch } from '../evidence/watch.js'
import type { Rarity } from './rarity.js'
import { type Grown, HELD_DISTANCES, type RouteMemory } from './route-memory.js'
import { FOLLOWED_RECORDS } from './usual-value.js'

/** Rarer than 1 in 50. */
export const RARE = Math.log(50)
/** Rarer than 1 in 15: such a record waits until it is known what it was part of. */
const WAITS = Math.log(15)
/** Records of all traffic from which on rare ones have to pass the gates: before, too little is known to turn any away. */
const GUARDED_FROM = 500
/** Evidence of a shift above which it is rising, and above which the usual value follows more slowly. */
const RISING = 3
const SLOWED = 4
const SLOWNESS = 4
/** Sparse records over which the usual value follows. */
const SPARSE_FOLLOWED = 800
/** Rarer than this, in -ln p, a sparse record is news, and counts as so many of its kind: the next ones like it are none. */
const NEWS = 5
const NEWS_COUNTS = 6

/**
 * What the memories take in. Ordinary records at once; others are held back until their route's evidence has gone and
 * then pass the gates; what was held when an incident opened is dropped, and inside an incident nothing is learnt.
 */
export class Learning {
  readonly #rarity: Rarity
  /** A held record: place, payoff, -ln p, distances. */
  readonly #row: Float64Array
  readonly #released = { place: 0, payoff: 0 }

  constructor(rarity: Rarity, nFeatures: number) {
    this.#rarity = rarity
    this.#row = new Float64Array(HELD_DISTANCES + nFeatures)
  }

  /**
   * Learns from the record ranked last.
   * @param watch of the incident of its route that is open, if any
   * @param records that have come so far
   * @param changeExpected whether an operator expects the route to change
   */
  learn(
    route: RouteMemory,
    values: ArrayLike<number>,
    watch: Watch | undefined,
    records: number,
    changeExpected: boolean,
  ): void {
    const { grown } = route
    const rarity = this.#rarity
    if (watch?.freezesLearning(changeExpected)) {
      grown?.quarantine.drop()
      return
    }
    // What goes on inside an incident after so many records is here to stay, however rare it was.
    const free = watch === undefined ? records < GUARDED_FROM : watch.hot
    if (grown === null) {
      route.learnYoung(rarity, values)
      rarity.learn(rarity)
      return
    }
    if (rarity.z <= WAITS) {
      this.#takeOwn(grown, rarity, rarity.distances, 0)
      rarity.learn(rarity)
    } else {
      if (grown.quarantine.isFull(route.records)) this.#release(route, grown, records, free)
      const row = this.#row
      row[0] = rarity.place
      row[1] = rarity.payoff
      row[2] = rarity.z
      row.set(rarity.distances, HELD_DISTANCES)
      grown.quarantine.hold(row)
    }
    if (grown.quarantine.size > 0 && !isRising(route, grown))
      while (grown.quarantine.size > 0) this.#release(route, grown, records, free)
  }

  /** Learns from the record ranked last, rare as it is: an operator called it expected. */
  learnExpected(route: RouteMemory, values: ArrayLike<number>): void {
    const rarity = this.#rarity
    if (route.grown === null) route.learnYoung(rarity, values)
    else this.#takeOwn(route.grown, rarity, rarity.distances, 0)
    rarity.learn(rarity)
  }

  /**
   * Learns from the record ranked last, which came long after the one of its route before it: a sample of a measure every
   * few minutes, or a request now and then. To hold back what is rare there protects from nothing, as it takes many records
   * to lead a memory, and after a change it would keep the route odd for days.
   * @param records that have come so far
   * @param all whether that holds for all traffic; else its memories keep their gate
   */
  learnSparse(route: RouteMemory, values: ArrayLike<number>, records: number, all: boolean): void {
    const rarity = this.#rarity
    const { grown } = route
    if (grown === null) route.learnYoung(rarity, values)
    else {
      this.#takeOwn(grown, rarity, rarity.distances, 0, SPARSE_FOLLOWED)
      if (rarity.z > NEWS) grown.lookalikes.add(NEWS_COUNTS - 1)
    }
    if (all || rarity.z <= RARE || rarity.mayLearn(rarity.z, records, 1)) rarity.learn(rarity)
  }

  /** Learns from the record ranked last of a route that is not known yet: for that route alone, once others are known. */
  learnNew(route: RouteMemory, values: ArrayLike<number>, records: number): void {
    const rarity = this.#rarity
    if (route.grown === null) route.learnYoung(rarity, values)
    else this.#takeOwn(route.grown, rarity, rarity.distances, 0)
    if (records < GUARDED_FROM) rarity.learn(rarity)
  }

  /** The record held longest passes the gates, or not. */
  #release(route: RouteMemory, grown: Grown, records: number, free: boolean): void {
    const row = this.#row
    grown.quarantine.takeOldest(row)
    const z = row[2] as number
    const released = this.#released
    released.place = row[0] as number
    released.payoff = row[1] as number
    const bursts = Math.sqrt(route.spikes.dependence.factor)
    // Among n records of the route itself nothing is rarer than one in n, whatever it is among all.
    const ownZ = Math.min(z, Math.log(route.records))
    if (free || grown.gate.pass(ownZ, route.records, bursts))
      this.#takeOwn(grown, released, row, HELD_DISTANCES)
    if (free || this.#rarity.mayLearn(z, records, bursts)) this.#rarity.learn(released)
  }

  #takeOwn(
    { forest, features, shifts, lookalikes }: Grown,
    { place }: { readonly place: number },
    distances: Float64Array,
    from: number,
    over = FOLLOWED_RECORDS,
  ): void {
    if (place >= 0) {
      forest.value = place
      forest.add()
    }
    lookalikes.look(features, distances, from)
    lookalikes.add(1)
    for (let f = 0; f < features.length; f++) {
      const slowness = (shifts[f] as Grown['shifts'][number]).level > SLOWED ? SLOWNESS : 1
      ;(features[f] as Grown['features'][number]).learn(distances, from + f, slowness, over)
    }
  }
}

function isRising({ spikes }: RouteMemory, { shifts }: Grown): boolean {
  if (spikes.level > 0) return true
  for (let f = 0; f < shifts.length; f++)
    if ((shifts[f] as Grown['shifts'][number]).level > RISING) return true
  return false
}

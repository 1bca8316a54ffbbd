import type { Watch } from '../evidence/watch.js'
import type { Rarity } from './rarity.js'
import type { Grown, RouteMemory } from './route-memory.js'

/** Rarer than 1 in 50: such a record waits until it is known what it was part of. */
const RARE = Math.log(50)
/** Records of all traffic from which on rare ones have to pass the gates: before, too little is known to turn any away. */
const GUARDED_FROM = 500
/** Evidence of a shift above which it is rising, and above which the usual value follows more slowly. */
const RISING = 3
const SLOWED = 4
const SLOWNESS = 4
/**
 * What the memories take in. Ordinary records at once; rare ones are held back until their route's evidence has gone and
 * then pass the gates; what was held when an incident opened is dropped, and inside an incident nothing is learnt.
 */
export class Learning {
  readonly #rarity: Rarity
  /** A held record: place, payoff, -ln p, distances. */
  readonly #row: Float64Array

  constructor(rarity: Rarity, nFeatures: number) {
    this.#rarity = rarity
    this.#row = new Float64Array(3 + nFeatures)
  }

  /**
   * Learns from the record ranked last.
   * @param watch of the incident of its route that is open, if any
   * @param records that have come so far
   */
  learn(route: RouteMemory, values: ArrayLike<number>, watch: Watch | undefined, records: number): void {
    const { grown } = route
    const { z, place, payoff } = this.#rarity
    const free = records < GUARDED_FROM && watch === undefined
    if (watch?.freezesLearning) {
      grown?.quarantine.drop()
      return
    }
    if (grown === null) {
      route.learnYoung(place, values)
      this.#rarity.learn(place, payoff)
      return
    }
    if (z <= RARE) {
      this.#takeOwn(grown, place, this.#rarity.distances, 0)
      this.#rarity.learn(place, payoff)
    } else {
      if (grown.quarantine.full) this.#release(route, grown, records, free)
      const row = this.#row
      row[0] = place
      row[1] = payoff
      row[2] = z
      row.set(this.#rarity.distances, 3)
      grown.quarantine.hold(row)
    }
    if (grown.quarantine.size > 0 && !isRising(route, grown))
      while (grown.quarantine.size > 0) this.#release(route, grown, records, free)
  }

  /** The record held longest passes the gates, or not. */
  #release(route: RouteMemory, grown: Grown, records: number, free: boolean): void {
    const row = this.#row
    grown.quarantine.takeOldest(row)
    const z = row[2] as number
    const bursts = Math.sqrt(route.spikes.dependence.factor)
    if (free || grown.gate.pass(z, route.records, bursts)) this.#takeOwn(grown, row[0] as number, row, 3)
    if (free || this.#rarity.mayLearn(z, records, bursts))
      this.#rarity.learn(row[0] as number, row[1] as number)
  }

  #takeOwn({ forest, features, shifts }: Grown, place: number, distances: Float64Array, from: number): void {
    if (place >= 0) forest.add(place)
    for (let f = 0; f < features.length; f++) {
      const slowness = (shifts[f] as Grown['shifts'][number]).level > SLOWED ? SLOWNESS : 1
      ;(features[f] as Grown['features'][number]).learn(distances[from + f] as number, slowness)
    }
  }
}

function isRising({ spikes }: RouteMemory, { shifts }: Grown): boolean {
  if (spikes.level > 0) return true
  for (let f = 0; f < shifts.length; f++)
    if ((shifts[f] as Grown['shifts'][number]).level > RISING) return true
  return false
}

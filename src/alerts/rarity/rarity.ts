import { type Captured, memberOf } from '../captured.js'
import { Gate } from './gate.js'
import { CAPACITY, FOREST_SHAPE, type Grown, type RouteMemory } from './route-memory.js'
import { ScoreScale } from './score-scale.js'
import { TailMemory } from './tail-memory.js'

/** Records of a route from which on its own memory of the forest's scale counts, and those of its features. */
const OWN_FOREST_FROM = 200
const OWN_FEATURES_FROM = 100
/** Records of all traffic from which on there is a p. */
const RANKED_FROM = 50
/** ln of what the bet pays: p falls at least as fast as 1/e, for P(e >= x) <= 1/x. */
const EVIDENCE_SHAPE = { lowest: -1, binsAUnit: 24, leastRate: 1, mostRate: 2 }
/** Times the ordinary rate at which rare records may enter the memories of all traffic. */
const TOLERANCE = 2

/**
 * How rare a record is, from two sides: its forest score, among those of its route, and each of its values, among
 * those that are usual there. Each gives a p of its own; the bets against them are averaged, half of the stake on the
 * forest, which is again a bet that no dependence between them can make unfair (Vovk & Wang 2021), and what it pays
 * is ranked once more among all traffic. So p is calibrated as a whole, whatever the parts were off.
 */
export class Rarity {
  readonly #scale = new ScoreScale()
  readonly #forest = new TailMemory(CAPACITY, FOREST_SHAPE)
  readonly #payoffs = new TailMemory(CAPACITY, EVIDENCE_SHAPE)
  readonly #gate = new Gate(TOLERANCE)
  readonly #nFeatures: number
  /** Of the record ranked last: place on the forest's scale, ln payoff, -ln p; -1 for the first without a forest. */
  place = -1
  payoff = 0
  z = 0
  /** The p of that; 1 while there is none. */
  p = 1
  /** Of the record ranked last: distances from the usual values. */
  readonly distances: Float64Array
  /** Whether the features had a say. */
  byFeatures = false
  #meanPayoff = 1

  constructor(nFeatures: number) {
    this.#nFeatures = nFeatures
    this.distances = new Float64Array(nFeatures)
  }

  /** Whether it knows the scale of a forest's scores. */
  get scaled(): boolean {
    return this.#scale.ready
  }

  /** @param scores of the rows that the forest was fitted on, ascending */
  adopt(scores: Float64Array): void {
    this.#scale.adopt(scores)
  }

  /**
   * Ranks a record.
   * @param score of the forest; NaN without one
   */
  rank(route: RouteMemory, score: number, values: ArrayLike<number>): void {
    const { grown } = route
    const scored = score >= 0 && this.#scale.ready
    if (scored) this.#scale.place(score)
    this.place = scored ? this.#scale.z : -1
    this.byFeatures = false
    if (grown !== null) this.#betOnValues(grown, route.name !== '', values)
    if (!scored) {
      this.z = 0
      this.p = 1
      return
    }
    const own = grown !== null && grown.forest.total >= OWN_FOREST_FROM
    const forest = own ? grown.forest : this.#forest
    forest.value = this.place
    forest.bet()
    const payoffs = this.#payoffs
    payoffs.value = Math.log(this.byFeatures ? 0.5 * forest.payoff + 0.5 * this.#meanPayoff : forest.payoff)
    this.payoff = payoffs.value
    const known = payoffs.total >= RANKED_FROM
    if (known) payoffs.rank()
    this.z = known ? payoffs.surprise : 0
    this.p = known ? payoffs.p : 1
  }

  /** Index of the feature that is rarest in the record ranked last, or -1. */
  leading({ grown }: RouteMemory): number {
    if (!this.byFeatures || grown === null) return -1
    let leading = 0
    let most = 0
    for (let f = 0; f < this.#nFeatures; f++) {
      const surprise = (grown.features[f] as Grown['features'][number]).surprise()
      if (surprise <= most) continue
      most = surprise
      leading = f
    }
    return leading
  }

  /** Whether the memories of all traffic may take in a record as rare as that. */
  mayLearn(z: number, records: number, bursts: number): boolean {
    return this.#gate.pass(z, records, bursts)
  }

  /** Takes in a record that counts as ordinary: its place, and what the bet against it paid. */
  learn({ place, payoff }: { readonly place: number; readonly payoff: number }): void {
    if (place < 0) return
    const forest = this.#forest
    const payoffs = this.#payoffs
    forest.value = place
    forest.add()
    payoffs.value = payoff
    payoffs.add()
  }

  capture(): Captured {
    return {
      scale: this.#scale.capture(),
      forest: this.#forest.capture(),
      payoffs: this.#payoffs.capture(),
      gate: this.#gate.capture(),
    }
  }

  /** @throws AlertsStateError when that is no such memory */
  restore(captured: Captured): void {
    this.#scale.restore(memberOf(captured, 'scale'))
    this.#forest.restore(memberOf(captured, 'forest'))
    this.#payoffs.restore(memberOf(captured, 'payoffs'))
    this.#gate.restore(memberOf(captured, 'gate'))
  }

  /** Bets against each feature's p. Requests without a route have nothing in common to rank by. */
  #betOnValues({ features }: Grown, named: boolean, values: ArrayLike<number>): void {
    this.byFeatures = named && (features[0]?.total ?? 0) >= OWN_FEATURES_FROM
    let sum = 0
    for (let f = 0; f < features.length; f++) {
      const feature = features[f] as Grown['features'][number]
      feature.measure(values, f)
      this.distances[f] = feature.distance
      if (!this.byFeatures) continue
      feature.bet()
      sum += feature.payoff
    }
    this.#meanPayoff = sum / features.length
  }
}

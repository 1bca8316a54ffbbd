import { type Captured, memberOf } from '../captured.js'
import { eValue, LEAST_TABLED, logEValue, tabledEValue } from '../evidence/betting.js'
import { FOREST_ALONE, type Habits } from '../habits/habits.js'
import type { Judged } from '../judgement.js'
import { fastLog } from './fast-log.js'
import { Gate } from './gate.js'
import { CAPACITY, FOREST_SHAPE, type Grown, type RouteMemory } from './route-memory.js'
import { ScoreScale } from './score-scale.js'
import { TailMemory } from './tail-memory.js'
import type { UsualValue } from './usual-value.js'

/** Records of a route from which on its own memory of the forest's scale counts, and those of its features. */
const OWN_FOREST_FROM = 200
const OWN_FEATURES_FROM = 100
/** A route's own memory makes a place rarer than it is among all traffic by at most this, in -ln p. */
const OWN_MOST = 2
/** Of a larger p than this no more than the p is asked: -ln of it is less than OWN_MOST, and it is in the table of bets. */
const COMMON = 0.14
/** What is rarer than this, in -ln p, is compared with how often records like it came on its route. */
const UNCOMMON = 2
/** Records that a young route is taken to have had before its first, all of them as those of all traffic are. */
const PRIOR_RECORDS = 16
/** Rarer than this, in -ln p, is not excused by the very first records of a route: it may be an attack on a new one. */
const EXCUSED_AT_FIRST = 8
/** Records of all traffic from which on there is a p, and payoffs from which on they are ranked. */
const RANKED_FROM = 50
/** A value is a sign from this on, in -ln p; without a p of its own, from this distance on: twice what is usual. */
const SIGN = Math.log(50)
const SIGN_DISTANCE = Math.LN2
/** Stands for a payoff where the features have no say: less than any bet pays, which is ln ½ at least. */
const NO_PAYOFF = -1
/** ln of what the bet pays: p falls at least as fast as 1/e, for P(e >= x) <= 1/x. */
const EVIDENCE_SHAPE = { lowest: -1, binsAUnit: 24, leastRate: 1, mostRate: 2 }
/** Share of the stake that is on the forest; less where samples of a measure are judged, of which it knows little more. */
const FOREST_STAKE = 0.5
const SAMPLED_FOREST_STAKE = 0.3
/** Times the ordinary rate at which rare records may enter the memories of all traffic. */
const TOLERANCE = 2

/**
 * How rare a record is, from two sides: its forest score, among those of its route, and each of its values, among
 * those that are usual there. Each gives a p of its own. Half of the stake is on the forest, a quarter on the features one
 * by one, a quarter on all subsets of them at once: the mean of the products of what its bets pay, which grows fast where
 * several features are odd together and is fair if they are independent. What that pays is ranked once more among all
 * traffic. So p is calibrated as a whole, whatever the parts were off. Where the features have no say, the forest's p is
 * the p: it is a rank already, and bets of one leg and of two do not compare. At last, p is no less than the share of
 * its route's records that were alike (lookalikes.ts).
 */
export class Rarity {
  readonly #scale = new ScoreScale()
  readonly #forest = new TailMemory(CAPACITY, FOREST_SHAPE)
  readonly #payoffs = new TailMemory(CAPACITY, EVIDENCE_SHAPE)
  readonly #gate = new Gate(TOLERANCE)
  readonly #nFeatures: number
  /** Of the record ranked last: place on the forest's scale, ln payoff, -ln p; -1 for what there is none of. */
  place = -1
  payoff = NO_PAYOFF
  z = 0
  /** The p of that; 1 while there is none. */
  p = 1
  /** -ln p before it was compared with how often the route has what is as rare. */
  amongAll = 0
  /** -ln p before what is alike was counted: what comes back in bursts is common in the end, and each burst is one. */
  rankedZ = 0
  /** ln of what a bet against that p pays, once it was weighed; 0 without a forest. */
  gain = 0
  /** What the records add to that which the next one stands for, and which nobody sent as they are not rare: 0 or less. */
  unseenGain = 0
  /** Of the record ranked last: distances from the usual values. */
  readonly distances: Float64Array
  /** Whether the features had a say. */
  byFeatures = false
  #featuresPayoff = 1
  /** Of the place of the record ranked last: -ln p, unless p is common and what the bets paid is ranked, and p. */
  #placeZ = 0
  #placeP = 1

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
   * Ranks a record. Its score is read here: a number that is handed to a call is an object on the heap.
   */
  rank(route: RouteMemory, { score, values }: Pick<Judged, 'score' | 'values'>): void {
    const { grown } = route
    const scored = score >= 0 && this.#scale.ready
    this.place = -1
    if (scored) {
      this.#scale.score = score
      this.#scale.place()
      this.place = this.#scale.z
    }
    this.byFeatures = false
    if (grown !== null) this.#betOnValues(grown, route.name !== '', values)
    this.rankedZ = 0
    this.amongAll = 0
    if (!scored) {
      this.z = 0
      this.p = 1
      return
    }
    const payoffs = this.#payoffs
    const byPayoff = this.byFeatures && payoffs.total >= RANKED_FROM
    this.#rankPlace(route, byPayoff)
    this.z = this.#placeZ
    this.p = this.#placeP
    this.payoff = NO_PAYOFF
    if (this.byFeatures) this.#rankPayoff(byPayoff, grown?.sampled === true)
    this.amongAll = this.z
    if (grown !== null && grown.tail.excess > 0) this.#compareWithOwn(grown)
    this.rankedZ = this.z
    if (grown !== null && this.z > UNCOMMON) this.#excuseLookalikes(grown)
  }

  /** Says nothing of the record ranked last; its place on the forest's scale stays, to be learnt. */
  withhold(): void {
    this.z = 0
    this.rankedZ = 0
    this.p = 1
    this.byFeatures = false
  }

  /** What a bet against the record ranked last pays: `gain`. */
  weigh(): void {
    this.gain = this.place < 0 ? 0 : logEValue(this.p, this.z) + this.unseenGain
  }

  /** The same before what is alike was counted: where an incident is open, what came before it may have been a part of it. */
  get rankedGain(): number {
    return this.rankedZ === this.z ? this.gain : Math.log(eValue(this.rankedZ)) + this.unseenGain
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

  /** Tells what is rare in the record ranked last, and how far it goes. */
  tellSigns(grown: Grown | null, signs: Habits): void {
    signs.begin()
    let none = true
    for (let f = 0; f < this.#nFeatures && grown !== null; f++) {
      const far = (grown.features[f] as UsualValue).reach
      const isSign = this.byFeatures
        ? (grown.features[f] as UsualValue).surprise() > SIGN
        : far > SIGN_DISTANCE
      if (!isSign) continue
      signs.add(f, far)
      none = false
    }
    if (none) signs.add(FOREST_ALONE, this.place)
  }

  /** Whether the memories of all traffic may take in a record as rare as that. */
  mayLearn(z: number, records: number, bursts: number): boolean {
    return this.#gate.pass(z, records, bursts)
  }

  /** Takes in a record that counts as ordinary: its place, and what the bet against it paid, -1 for none. */
  learn({ place, payoff }: { readonly place: number; readonly payoff: number }): void {
    if (place < 0) return
    const forest = this.#forest
    const payoffs = this.#payoffs
    forest.value = place
    forest.add()
    if (payoff === NO_PAYOFF) return
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

  /**
   * Ranks the place among those of the route. A young route is ranked among all traffic, but what it has had itself is
   * never rarer than that: p is what a Dirichlet process predicts that starts from all traffic, without the part that
   * would make rarer what the route has not had yet.
   * @param byPayoff whether what the bets paid is ranked, and not the place
   */
  #rankPlace(route: RouteMemory, byPayoff: boolean): void {
    const { place } = this
    const { grown } = route
    const all = this.#forest
    all.value = place
    if (grown !== null && grown.forest.total >= OWN_FOREST_FROM) {
      const own = grown.forest
      own.value = place
      if (byPayoff && own.rankShare() && own.p > COMMON) {
        this.#placeP = own.p
        return
      }
      own.rank()
      this.#placeZ = own.surprise
      this.#placeP = own.p
      if (own.surprise <= OWN_MOST) return
      all.rank()
      if (own.surprise <= all.surprise + OWN_MOST) return
      this.#placeZ = all.surprise + OWN_MOST
      this.#placeP = Math.exp(-this.#placeZ)
      return
    }
    const known = all.total >= RANKED_FROM
    if (known) all.rank()
    this.#placeZ = known ? all.surprise : 0
    this.#placeP = known ? all.p : 1
    if (!known || (grown === null && all.surprise > EXCUSED_AT_FIRST)) return
    const had = route.placedAtLeast(place)
    if (had === 0) return
    this.#placeP = Math.min(1, all.p + had / (PRIOR_RECORDS + route.placed))
    this.#placeZ = -Math.log(this.#placeP)
  }

  /** Bets against each feature's p. Requests without a route have nothing in common to rank by. */
  #betOnValues({ features }: Grown, named: boolean, values: ArrayLike<number>): void {
    this.byFeatures = named && features.length > 0 && (features[0] as UsualValue).total >= OWN_FEATURES_FROM
    let sum = 0
    let product = 1
    for (let f = 0; f < features.length; f++) {
      const feature = features[f] as Grown['features'][number]
      feature.measure(values, f)
      this.distances[f] = feature.distance
      if (!this.byFeatures) continue
      feature.bet()
      sum += feature.payoff
      product *= 0.5 + 0.5 * feature.payoff
    }
    this.#featuresPayoff = 0.5 * (sum / features.length + product)
  }

  /** Ranks what the bets against the place and against the values paid. */
  #rankPayoff(byPayoff: boolean, sampled: boolean): void {
    const payoffs = this.#payoffs
    const stake = sampled ? SAMPLED_FOREST_STAKE : FOREST_STAKE
    // Two statements: where both ends of a choice are not known to be numbers, the one that comes is put on the heap.
    payoffs.value = (1 - stake) * this.#featuresPayoff
    if (this.p > LEAST_TABLED) payoffs.value += stake * tabledEValue(this.p)
    else payoffs.value += stake * eValue(this.z)
    payoffs.value = fastLog(payoffs.value)
    this.payoff = payoffs.value
    if (!byPayoff) return
    payoffs.rank()
    this.z = payoffs.surprise
    this.p = payoffs.p
  }

  /** Where more of a route is rare than should be, all of it is the less so. */
  #compareWithOwn({ tail }: Grown): void {
    const p = this.p * tail.times
    this.p = p < 1 ? p : 1
    this.z = p < 1 ? this.z - tail.excess : 0
  }

  /** What came often on its route is no rarer than that, whatever the bets paid. */
  #excuseLookalikes({ lookalikes, features }: Grown): void {
    lookalikes.look(features, this.distances, 0)
    const share = lookalikes.leastShare()
    if (share <= this.p) return
    this.p = share
    this.z = -Math.log(share)
  }
}

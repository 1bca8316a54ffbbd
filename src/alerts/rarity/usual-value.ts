import { AlertsStateError, type Captured, memberOf, numbersOf } from '../captured.js'
import { fastLog } from './fast-log.js'
import { TailMemory } from './tail-memory.js'

/** Records of its route over which the usual value follows, and how fast that is in the end. */
export const FOLLOWED_RECORDS = 400
/**
 * First records in which the usual value is found. It moves far then, and what is remembered moves along: else most of a
 * route's first distances would be those from something else.
 */
const FOUND_AFTER = 2500
/** A single value moves the usual one as if it were at most this many mean deviations away. */
const CLIP = 2
/** How far, ln, a usual value is thought to have moved since the oldest of what is remembered was learnt. */
const MOVED = 0.25
/** Steps of 1.6% up to e^8 times the unit in each direction; a tail heavier than Pareto 0.8 is not believed. */
const SHAPE = { lowest: -8, binsAUnit: 64, leastRate: 0.8, mostRate: 60 }
/** A usual value closer to 0 than this is 0: it is a sum of roundings. */
const NOTHING = 1e-9
/** A number of units whose square is still a number; what is more counts as this. */
const MOST_UNITS = 1e150
/** More than any place: that of the most units is 346. */
const MOST_PLACE = 1000
/** The unit is this share of the first values' median: above it the scale is logarithmic. */
const UNIT_SHARE = 0.1

/** Which values are rare: those above the usual one, those below it, or both. */
export type RareSide = 'high' | 'low' | 'both'

/**
 * What is usual of one feature on one route. Values are taken on the scale asinh(value / unit), logarithmic but for
 * values much smaller than is usual. The usual value follows its route slowly, so that the course of a day does not
 * make every noon rare, and the memory holds how far values were above it, or away from it where both sides are rare.
 */
export class UsualValue {
  /** Of the value measured last: how far above the usual one, below it where low ones are rare, in natural logarithms. */
  distance = 0
  /** The same on whichever side it is, where both are rare. */
  reach = 0
  readonly #memory: TailMemory
  readonly #sign: 1 | -1
  readonly #bothSides: boolean
  #unit = 1
  #center = 0
  /** Bin of the center while what is remembered moves along with it. */
  #bin = 0
  #deviation = 0
  #count = 0

  /** @param capacity records at which the memory is halved */
  constructor(capacity: number, rare: RareSide) {
    this.#memory = new TailMemory(capacity, SHAPE)
    this.#sign = rare === 'low' ? -1 : 1
    this.#bothSides = rare === 'both'
  }

  /** Weight of the values remembered. */
  get total(): number {
    return this.#memory.total
  }

  /** On which side of the usual one the value measured last is rare, if it is. */
  get side(): 'high' | 'low' {
    return this.#sign < 0 || (this.#bothSides && this.distance < 0) ? 'low' : 'high'
  }

  /** The value in the middle of those remembered. */
  get usual(): number {
    const place = this.#bothSides ? this.#center : this.#center + this.#sign * this.#memory.median()
    const value = this.#unit * Math.sinh(place)
    if (Math.abs(value) < NOTHING) return 0
    return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE)
  }

  /** Takes the first values in, which say what is small. */
  begin(first: Float64Array): void {
    const sizes = first
      .map(Math.abs)
      .filter((size) => size > 0)
      .sort()
    const middle = sizes[sizes.length >> 1] ?? 1
    const unit = sizes.length > first.length / 2 ? UNIT_SHARE * middle : middle
    // A share of the least number there is would be 0.
    this.#unit = Math.max(unit, Number.MIN_VALUE)
    const places = first.map((value) => arsinh(value / this.#unit)).sort()
    this.#center = places[places.length >> 1] as number
    this.#bin = binAt(this.#center)
    let sum = 0
    for (const place of places) sum += Math.abs(place - this.#center)
    this.#deviation = sum / places.length
    const distance = new Float64Array(1)
    for (let i = 0; i < first.length; i++) {
      this.measure(first, i)
      distance[0] = this.distance
      this.learn(distance, 0, 1, FOLLOWED_RECORDS)
    }
  }

  /** Takes the distance of `values[f]` from the usual value: `distance` and `reach`. */
  measure(values: ArrayLike<number>, f: number): void {
    this.distance = this.#sign * (arsinh((values[f] as number) / this.#unit) - this.#center)
    this.reach = this.#bothSides ? Math.abs(this.distance) : this.distance
  }

  /** Mean distance from the usual value, in units of the natural logarithm. */
  get deviation(): number {
    return this.#deviation
  }

  /** Where the value stands on its scale that is so far, `distances[at]`, from the usual one. */
  placeOf(distances: Float64Array, at: number): number {
    return this.#center + this.#sign * (distances[at] as number)
  }

  /** Bets against the p of the distance: `payoff` and `upperShare`. */
  bet(): void {
    const memory = this.#memory
    memory.value = this.reach
    memory.bet()
  }

  /** What the bet paid. */
  get payoff(): number {
    return this.#memory.payoff
  }

  /** Share of the distances above that one. */
  get upperShare(): number {
    return this.#memory.upperShare
  }

  /** -ln p of the distance. */
  surprise(): number {
    const memory = this.#memory
    memory.value = this.reach
    memory.rank()
    return memory.surprise
  }

  /**
   * Takes in a distance, `distances[at]`, that counts as ordinary.
   * @param slowness times as slowly as usual that the usual value follows it
   * @param over records over which it follows
   */
  learn(distances: Float64Array, at: number, slowness: number, over: number): void {
    const distance = distances[at] as number
    const memory = this.#memory
    memory.value = this.#bothSides ? Math.abs(distance) : distance
    memory.add()
    this.#count += 1
    const pace = 1 / (slowness * Math.min(this.#count, over))
    const limit = CLIP * this.#deviation
    this.#center += pace * this.#sign * Math.min(Math.max(distance, -limit), limit)
    if (this.#count <= FOUND_AFTER && !this.#bothSides) this.#moveAlong()
    const size = Math.min(Math.abs(distance), 1.5 * limit + 1e-6)
    this.#deviation += pace * (size - this.#deviation)
  }

  /** Has the distances that are remembered be those from the usual value that there is now. */
  #moveAlong(): void {
    const bin = binAt(this.#center)
    if (bin === this.#bin) return
    this.#memory.move(this.#sign * (this.#bin - bin))
    this.#bin = bin
  }

  /**
   * Which distances a band of values has, smallest first. The usual value has moved since some of them were learnt, so the
   * band is wider than it is now, but not so wide that it comes near the usual value.
   */
  bandOf(from: number, to: number): readonly [number, number] {
    const ends = Float64Array.of(from, to)
    for (let i = 0; i < 2; i++) {
      this.measure(ends, i)
      ends[i] = this.distance
    }
    const ordered = this.#bothSides ? sizesBetween(ends) : ends.sort()
    const [nearest = 0, farthest = 0] = ordered
    const slack = Math.min(MOVED, Math.max(0, nearest / 4))
    return [nearest - slack, farthest + slack]
  }

  /** Takes out the distances of a band; returns their weight. */
  takeOut([from, to]: readonly [number, number]): number {
    return this.#memory.takeOut(from, to)
  }

  capture(): Captured {
    const place = Float64Array.of(this.#unit, this.#center, this.#deviation, this.#count)
    return { memory: this.#memory.capture(), place }
  }

  /** @throws AlertsStateError when that is no usual value */
  restore(captured: Captured): void {
    const [unit = 1, center = 0, deviation = 0, count = 0] = numbersOf(captured, 'place', 4)
    if (!(unit > 0 && Math.abs(center) <= MOST_PLACE && deviation >= 0))
      throw new AlertsStateError('place is none on the scale of a feature')
    this.#memory.restore(memberOf(captured, 'memory'))
    this.#unit = unit
    this.#center = center
    this.#bin = binAt(center)
    this.#deviation = deviation
    this.#count = count
  }
}

/** Places in steps of a bin, so that many small moves are no other than one. */
function binAt(place: number): number {
  return Math.round(place * SHAPE.binsAUnit)
}

/** The least and the greatest size of the numbers between two. */
function sizesBetween(ends: Float64Array): Float64Array {
  const [a = 0, b = 0] = ends
  const least = a * b < 0 ? 0 : Math.min(Math.abs(a), Math.abs(b))
  return Float64Array.of(least, Math.max(Math.abs(a), Math.abs(b)))
}

/** Math.asinh, several times faster; its last digits do not matter here. */
function arsinh(x: number): number {
  const size = Math.min(Math.abs(x), MOST_UNITS)
  const place = fastLog(size + Math.sqrt(size * size + 1))
  return x < 0 ? -place : place
}

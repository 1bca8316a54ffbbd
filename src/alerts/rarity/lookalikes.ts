import { AlertsStateError, type Captured, memberOf, numbersOf } from '../captured.js'
import type { UsualValue } from './usual-value.js'

/** Values within a step of this width, in units of the natural logarithm, are alike. */
const STEP = 0.5
/** The same of a feature whose first values were all but one and the same: any other value is another kind. */
const CONSTANT_STEP = 1 / 64
const CONSTANT_UP_TO = 0.005
/** Kinds that are remembered at most, in groups of which a kind may have any slot. */
const SLOTS = 512
const GROUP = 4
/** The lower half of a slot is the count, the upper one tells kinds of a group apart. */
const COUNT_BITS = 16
const COUNT_MASK = (1 << COUNT_BITS) - 1
/** Records at which all counts are halved. */
const CAPACITY = 20_000
/** Records that a route is taken to have had before its first: of a few, no kind is known to be common. */
const PRIOR_RECORDS = 16
/** Numbers for each kind that is captured. */
const CAPTURED = 3

/**
 * How often records of a route came that were alike in every feature, old ones fading. What the forest makes of a record
 * moves from fit to fit, and how far a value is from the usual one as that follows. So a kind of record that is a fifth
 * of its route's may look rarer for a while than all that came before. Its count says that it is not.
 *
 * A kind is known by a hash of the steps that its values fall into. Where a group is full, the kind that came least often
 * gives its slot to the new one, which starts anew.
 */
export class Lookalikes {
  readonly #slots = new Uint32Array(SLOTS)
  /** By feature. */
  readonly #steps: Float64Array
  #total = 0
  #hash = 0

  constructor(nFeatures: number) {
    this.#steps = new Float64Array(nFeatures).fill(STEP)
  }

  /** Is told of the route's features, once their first values are known. */
  begin(features: readonly UsualValue[]): void {
    for (let f = 0; f < features.length; f++) {
      const { deviation } = features[f] as UsualValue
      this.#steps[f] = deviation < CONSTANT_UP_TO ? CONSTANT_STEP : STEP
    }
  }

  /**
   * Looks at a record.
   * @param distances of its values from the usual ones; the first of them is `distances[from]`
   */
  look(features: readonly UsualValue[], distances: Float64Array, from: number): void {
    let hash = 0
    for (let f = 0; f < features.length; f++) {
      const step = Math.floor(
        (features[f] as UsualValue).placeOf(distances, from + f) / (this.#steps[f] as number) + 0.5,
      )
      hash = Math.imul(hash ^ step, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash, 0x85ebca6b)
    this.#hash = hash ^ (hash >>> 13)
  }

  /** Counts so many more of the kind that was looked at. */
  add(times: number): void {
    if (this.#total + times > CAPACITY) this.#halve()
    this.#total += times
    const slots = this.#slots
    const slot = this.#find()
    if (slot >= 0) {
      slots[slot] = (slots[slot] as number) + times
      return
    }
    const first = this.#first
    let least = first
    for (let i = first + 1; i < first + GROUP; i++)
      if (((slots[i] as number) & COUNT_MASK) < ((slots[least] as number) & COUNT_MASK)) least = i
    slots[least] = (this.#tag << COUNT_BITS) | times
  }

  /** Share of the route's records that are of the kind that was looked at, less one standard deviation; 0 for up to one. */
  leastShare(): number {
    const slot = this.#find()
    const count = slot < 0 ? 0 : (this.#slots[slot] as number) & COUNT_MASK
    return count > 1 ? (count - Math.sqrt(count)) / (PRIOR_RECORDS + this.#total) : 0
  }

  /** Forgets all of them. */
  clear(): void {
    this.#slots.fill(0)
    this.#total = 0
  }

  /** Slot, tag and count of each kind. */
  capture(): Captured {
    const kinds: number[] = []
    for (const [i, slot] of this.#slots.entries())
      if (slot > 0) kinds.push(i, slot >>> COUNT_BITS, slot & COUNT_MASK)
    return { kinds: Float32Array.from(kinds), total: this.#total, steps: this.#steps.slice() }
  }

  /** @throws AlertsStateError when these are no kinds, and then nothing has changed */
  restore(captured: Captured): void {
    const kinds = memberOf(captured, 'kinds')
    const total = memberOf(captured, 'total')
    const steps = numbersOf(captured, 'steps', this.#steps.length)
    const fits =
      kinds instanceof Float32Array &&
      kinds.length % CAPTURED === 0 &&
      kinds.every((each, i) => each <= (i % CAPTURED === 0 ? SLOTS - 1 : COUNT_MASK) && each >>> 0 === each)
    const counted = fits ? kinds.reduce((sum, each, i) => (i % CAPTURED === 2 ? sum + each : sum), 0) : 0
    // A share of more than all there were would be no chance.
    const isTotal = typeof total === 'number' && total >= counted && total <= CAPACITY
    if (!fits || !isTotal || !steps.every((step) => step > 0))
      throw new AlertsStateError('its kinds of records are off')
    this.clear()
    for (let i = 0; i < kinds.length; i += CAPTURED)
      this.#slots[kinds[i] as number] = ((kinds[i + 1] as number) << COUNT_BITS) | (kinds[i + 2] as number)
    this.#total = total
    this.#steps.set(steps)
  }

  /** Slot of the kind that was looked at, or -1. */
  #find(): number {
    const tag = this.#tag
    const first = this.#first
    for (let i = first; i < first + GROUP; i++)
      if ((this.#slots[i] as number) >>> COUNT_BITS === tag) return i
    return -1
  }

  get #first(): number {
    return (this.#hash & (SLOTS / GROUP - 1)) * GROUP
  }

  /** Never 0, which is that of an empty slot. */
  get #tag(): number {
    return (this.#hash >>> COUNT_BITS) | 1
  }

  #halve(): void {
    let total = 0
    const slots = this.#slots
    // No iterator here: each step of one is an object.
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number
      const count = (slot & COUNT_MASK) >> 1
      slots[i] = count === 0 ? 0 : (slot & ~COUNT_MASK) | count
      total += count
    }
    this.#total = total
  }
}

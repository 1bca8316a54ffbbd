import { AlertsStateError, type Captured, listOf, memberOf, numbersOf } from '../captured.js'
import { Rhythm } from '../evidence/rhythm.js'
import { ShiftEvidence } from '../evidence/shift-evidence.js'
import { SpikeEvidence } from '../evidence/spike-evidence.js'
import { Habits } from '../habits/habits.js'
import type { AlertFeature } from '../options.js'
import { Gate } from './gate.js'
import { Lookalikes } from './lookalikes.js'
import { Quarantine } from './quarantine.js'
import { TailMemory } from './tail-memory.js'
import { TailShare } from './tail-share.js'
import { UsualValue } from './usual-value.js'

/** Records at which a memory is halved. */
export const CAPACITY = 20_000
/** The forest's scale: 32 nats in steps of 1/32; what is known beyond the memory is only that e-values are fair. */
export const FOREST_SHAPE = { lowest: 0, binsAUnit: 32, leastRate: 0.5, mostRate: 1 }
/** First records of a route, before it gets memories of its own. */
const YOUNG = 16
/** Times the ordinary rate at which rare records may enter a route's memories. */
const TOLERANCE = 4

/** Where the distances begin in a record that is held back, behind its place, what the bet paid, and -ln p. */
export const HELD_DISTANCES = 3

/** A route's memories, from its first records on. */
export interface Grown {
  readonly forest: TailMemory
  readonly tail: TailShare
  readonly features: readonly UsualValue[]
  readonly shifts: readonly ShiftEvidence[]
  /** Whether its records are samples of a measure. */
  readonly sampled: boolean
  readonly lookalikes: Lookalikes
  readonly gate: Gate
  readonly quarantine: Quarantine
}

/** A captured route. */
export interface CapturedRoute {
  used: boolean
  readonly [name: string]: Captured
}

/** What is known of one route. Routes that came a few times cost little: a flood of names must not cost memory. */
export class RouteMemory {
  readonly name: string
  readonly spikes = new SpikeEvidence()
  readonly rhythm = new Rhythm()
  /** Records that have come. */
  records = 0
  /** Of new names, the run that it was first of. */
  run = 0
  /** Used since the table was last swept. */
  used = false
  grown: Grown | null = null
  /** What comes back on it; null before its first incident. */
  habits: Habits | null = null
  readonly #features: readonly AlertFeature[]
  /** f64[YOUNG][1 + nFeatures]: place on the forest's scale, -1 without a forest; values. */
  #young: Float64Array
  #nYoung = 0

  constructor(name: string, features: readonly AlertFeature[]) {
    this.name = name
    this.#features = features
    this.#young = new Float64Array(YOUNG * (1 + features.length))
  }

  /**
   * Takes in one of the first records.
   * @param ranked its place on the forest's scale, -1 without a forest
   */
  learnYoung({ place }: { readonly place: number }, values: ArrayLike<number>): void {
    const width = 1 + this.#features.length
    const at = this.#nYoung * width
    this.#young[at] = place
    for (let f = 0; f + 1 < width; f++) this.#young[at + 1 + f] = values[f] as number
    this.#nYoung += 1
    if (this.#nYoung < YOUNG) return
    const grown = this.#grow(this.rhythm.isSampled)
    for (let i = 0; i < YOUNG; i++) {
      grown.forest.value = this.#young[i * width] as number
      if (grown.forest.value >= 0) grown.forest.add()
    }
    for (const [f, feature] of grown.features.entries())
      feature.begin(Float64Array.from({ length: YOUNG }, (_, i) => this.#young[i * width + 1 + f] as number))
    grown.lookalikes.begin(grown.features)
    const distances = new Float64Array(this.#features.length)
    for (let i = 0; i < YOUNG; i++) {
      for (const [f, feature] of grown.features.entries()) {
        feature.measure(this.#young, i * width + 1 + f)
        distances[f] = feature.distance
      }
      grown.lookalikes.look(grown.features, distances, 0)
      grown.lookalikes.add(1)
    }
    this.grown = grown
    this.#young = new Float64Array(0)
  }

  /**
   * Takes out what was learnt of a feature's values within a band, on both sides inclusive. Of the forest's scores there
   * is no telling whose they were.
   * @returns how many records that was, old ones counted less
   */
  forget(feature: number, from: number, to: number): number {
    const { grown } = this
    if (grown === null) return this.#forgetYoung(feature, from, to)
    const usual = grown.features[feature] as UsualValue
    const band = usual.bandOf(from, to)
    // Which of them had such values cannot be told.
    grown.lookalikes.clear()
    const { quarantine } = grown
    const held = HELD_DISTANCES + feature
    const dropped = quarantine.dropWithin(held, band)
    // What is held back keeps its side; what is remembered of a measure does not.
    const below = grown.sampled ? quarantine.dropWithin(held, [-band[1], -band[0]]) : 0
    return usual.takeOut(band) + dropped + below
  }

  /** Counts how rare an ordinary record is among all traffic. Requests without a route are compared with nothing else. */
  countRare(ranked: { readonly amongAll: number }): void {
    if (this.name !== '') this.grown?.tail.observe(ranked)
  }

  /** What comes back on it, kept from its first incident on. */
  habitsToKeep(): Habits {
    this.habits ??= new Habits(this.#features.length)
    return this.habits
  }

  /** Weight of the records learnt; of the first few also those that came before there was a forest. */
  get placed(): number {
    return this.grown?.forest.total ?? this.#nYoung
  }

  /** Weight of those whose place is at least this. */
  placedAtLeast(place: number): number {
    const { grown } = this
    if (grown !== null) {
      grown.forest.value = place
      return grown.forest.atLeast()
    }
    const width = 1 + this.#features.length
    let count = 0
    for (let i = 0; i < this.#nYoung; i++) if ((this.#young[i * width] as number) >= place) count += 1
    return count
  }

  capture(): CapturedRoute {
    const { name, used, grown } = this
    return {
      name,
      used,
      counts: Float64Array.of(this.records, this.#nYoung),
      young: this.#young.slice(),
      spikes: this.spikes.capture(),
      rhythm: this.rhythm.capture(),
      habits: this.habits?.capture() ?? null,
      grown: grown && {
        forest: grown.forest.capture(),
        tail: grown.tail.capture(),
        features: grown.features.map((feature) => feature.capture()),
        shifts: grown.shifts.map((shift) => shift.capture()),
        sampled: grown.sampled,
        lookalikes: grown.lookalikes.capture(),
        gate: grown.gate.capture(),
        quarantine: grown.quarantine.capture(),
      },
    }
  }

  /** @throws AlertsStateError when that is no memory of this route; it is then of no use */
  restore(captured: Captured): void {
    const grown = memberOf(captured, 'grown')
    const [records = 0, nYoung = 0] = numbersOf(captured, 'counts', 2)
    const youngLength = grown === null ? YOUNG * (1 + this.#features.length) : 0
    const young = numbersOf(captured, 'young', youngLength)
    if (grown === null && !(nYoung >= 0 && nYoung < YOUNG)) throw new AlertsStateError('counts are off')
    this.records = records
    this.used = memberOf(captured, 'used') === true
    this.#nYoung = nYoung
    this.#young = young.slice()
    this.spikes.restore(memberOf(captured, 'spikes'))
    this.rhythm.restore(memberOf(captured, 'rhythm'))
    this.grown = grown === null ? null : this.#restoreGrown(grown)
    // A state of before there were habits has none.
    const habits = Object.hasOwn(captured as object, 'habits') ? memberOf(captured, 'habits') : null
    this.habits = habits === null ? null : Habits.restored(listOf(captured, 'habits'), this.#features.length)
  }

  #forgetYoung(feature: number, from: number, to: number): number {
    const width = 1 + this.#features.length
    const before = this.#nYoung
    let kept = 0
    for (let i = 0; i < before; i++) {
      const value = this.#young[i * width + 1 + feature] as number
      if (value >= from && value <= to) continue
      this.#young.copyWithin(kept * width, i * width, (i + 1) * width)
      kept += 1
    }
    this.#nYoung = kept
    return before - kept
  }

  #restoreGrown(captured: Captured): Grown {
    // A state of before it was known what is sampled says nothing of it.
    const sampled = Object.hasOwn(captured as object, 'sampled') && memberOf(captured, 'sampled') === true
    // And one of before rare records were counted by route has none of those.
    const counted = Object.hasOwn(captured as object, 'tail')
    const grown = this.grown?.sampled === sampled && counted ? this.grown : this.#grow(sampled)
    grown.forest.restore(memberOf(captured, 'forest'))
    if (counted) grown.tail.restore(memberOf(captured, 'tail'))
    const usual = listOf(captured, 'features')
    const shifts = listOf(captured, 'shifts')
    if (usual.length !== grown.features.length || shifts.length !== grown.shifts.length)
      throw new AlertsStateError('it has other features')
    for (const [f, feature] of grown.features.entries()) feature.restore(usual[f] as Captured)
    for (const [f, shift] of grown.shifts.entries()) shift.restore(shifts[f] as Captured)
    // A state of before lookalikes were counted has none.
    if (Object.hasOwn(captured as object, 'lookalikes'))
      grown.lookalikes.restore(memberOf(captured, 'lookalikes'))
    else {
      grown.lookalikes.clear()
      grown.lookalikes.begin(grown.features)
    }
    grown.gate.restore(memberOf(captured, 'gate'))
    grown.quarantine.restore(memberOf(captured, 'quarantine'))
    return grown
  }

  #grow(sampled: boolean): Grown {
    const features = this.#features
    // Among requests a low value is ordinary more often than not; a measure that falls is as much of a sign as one that rises.
    const rare = features.map(({ direction }) => (direction === 'both' && !sampled ? 'high' : direction))
    return {
      forest: new TailMemory(CAPACITY, FOREST_SHAPE),
      tail: new TailShare(),
      features: rare.map((side) => new UsualValue(CAPACITY, side)),
      shifts: features.map(() => new ShiftEvidence()),
      sampled,
      lookalikes: new Lookalikes(features.length),
      gate: new Gate(TOLERANCE),
      quarantine: new Quarantine(HELD_DISTANCES + features.length),
    }
  }
}

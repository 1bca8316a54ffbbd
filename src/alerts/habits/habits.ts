import { AlertsStateError, type Captured, numbersOf } from '../captured.js'
import { Episodes, isWithin, type PeriodName } from './episodes.js'

/** Things of one route that are remembered; the one that was seen longest ago makes way. */
const MOST = 8

/** What may come back beside high values of a feature, which have its index; a shift of it has `shiftOf`. */
export const FOREST_ALONE = -1
export const SILENCE = -2
export const SURGE = -3
const SHIFTS = 1000

/** The number of a shift of a feature. */
export function shiftOf(feature: number): number {
  return SHIFTS + feature
}

/** What comes back on a route, and when. */
export interface Habit {
  readonly subject: number
  readonly every: PeriodName
  /** Records, or other occasions, that were expected by it. */
  readonly expected: number
  /** When the last of them came, ms. */
  readonly lastMs: number
}

/** One thing that is rare in a record, and how far it goes. */
interface Sign {
  subject: number
  far: number
}

/** What is known of one thing. */
interface Known {
  readonly episodes: Episodes
  every: PeriodName | null
  expected: number
}

/**
 * What comes back on a route by the hour, the day or the week. It takes incidents to be remembered, so that what is expected
 * was told of before, as often as it takes. What is expected adds times and no distance: nobody gets farther by coming back.
 */
export class Habits {
  readonly #known = new Map<number, Known>()
  readonly #signs: Sign[]
  #nSigns = 0

  constructor(nFeatures: number) {
    this.#signs = Array.from({ length: nFeatures + 1 }, () => ({ subject: 0, far: 0 }))
  }

  /** Begins with a record: nothing of it is rare so far. */
  begin(): void {
    this.#nSigns = 0
  }

  /** Something is rare in it. */
  add(subject: number, far: number): void {
    const sign = this.#signs[this.#nSigns] as Sign
    sign.subject = subject
    sign.far = far
    this.#nSigns += 1
  }

  /** Whether all that is rare in the record comes at this time by habit. */
  expects(nowMs: number): boolean {
    for (let i = 0; i < this.#nSigns; i++) {
      const { subject, far } = this.#signs[i] as Sign
      if (!this.has(subject, far, nowMs)) return false
    }
    return this.#nSigns > 0
  }

  /** Whether one thing may go so far at this time by habit. */
  has(subject: number, far: number, nowMs: number): boolean {
    return isWithin(far, this.#known.get(subject)?.episodes.habitual(nowMs) ?? -1)
  }

  /** The record is part of an incident. */
  remember(nowMs: number): void {
    for (let i = 0; i < this.#nSigns; i++) {
      const { subject, far } = this.#signs[i] as Sign
      this.#of(subject).episodes.note(nowMs, far)
    }
  }

  /** The record was expected: it goes on being so, and no farther. */
  renew(nowMs: number): void {
    for (let i = 0; i < this.#nSigns; i++) {
      const { subject, far } = this.#signs[i] as Sign
      const known = this.#of(subject)
      known.every = known.episodes.periodAt(nowMs)
      known.expected += 1
      known.episodes.renew(nowMs, Math.min(far, known.episodes.habitual(nowMs)))
    }
  }

  /** The same of one thing that no single record shows, such as a surge. What is no habit is remembered. */
  expectsOne(subject: number, far: number, nowMs: number): boolean {
    this.begin()
    this.add(subject, far)
    const expected = this.expects(nowMs)
    if (expected) this.renew(nowMs)
    else this.remember(nowMs)
    return expected
  }

  /** What was expected so far. */
  list(): Habit[] {
    return [...this.#known].flatMap(([subject, { episodes, every, expected }]) =>
      every === null ? [] : [{ subject, every, expected, lastMs: episodes.lastMs }],
    )
  }

  /** From now on it is told of as if it had never come. */
  forget(subject: number): void {
    this.#known.delete(subject)
  }

  capture(): Captured {
    return [...this.#known].map(([subject, { episodes, every, expected }]) => ({
      counts: Float64Array.of(subject, expected),
      every,
      episodes: episodes.capture(),
    }))
  }

  /** @throws AlertsStateError when these are no habits */
  static restored(captured: readonly Captured[], nFeatures: number): Habits {
    const habits = new Habits(nFeatures)
    if (captured.length > MOST) throw new AlertsStateError('a route has too many habits')
    for (const each of captured) {
      const [subject = 0, expected = 0] = numbersOf(each, 'counts', 2)
      const episodes = new Episodes()
      episodes.restore(numbersOf(each, 'episodes'))
      const { every } = each as { readonly every?: Captured }
      const named = every === 'hour' || every === 'day' || every === 'week' ? every : null
      habits.#known.set(subject, { episodes, every: named, expected })
    }
    return habits
  }

  #of(subject: number): Known {
    const found = this.#known.get(subject)
    if (found !== undefined) return found
    if (this.#known.size >= MOST) this.#known.delete(this.#oldest())
    const known: Known = { episodes: new Episodes(), every: null, expected: 0 }
    this.#known.set(subject, known)
    return known
  }

  #oldest(): number {
    let oldest = 0
    let oldestMs = Number.POSITIVE_INFINITY
    for (const [subject, { episodes }] of this.#known) {
      if (episodes.lastMs >= oldestMs) continue
      oldest = subject
      oldestMs = episodes.lastMs
    }
    return oldest
  }
}

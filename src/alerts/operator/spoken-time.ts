import type { FeedbackAnswer } from './feedback-note.js'
import type { Pattern } from './pattern-schemas.js'

/** Two clocks that differ by less show the same time. */
const ALIKE_MS = 1000

/** What holds until some time, with the times as text. */
type Lasting = Pick<Pattern, 'created' | 'until'>

/** Patterns as a list captures them. */
interface Captured<P> {
  readonly next: number
  readonly patterns: readonly P[]
}

/** The same as a state may hold it. */
type Found = { readonly next?: unknown; readonly patterns?: unknown } | null | undefined

/** What of an operator's words is captured, as far as it has times in it. */
interface Words {
  readonly at?: unknown
  readonly pausedUntil?: unknown
  readonly mutes?: Found
  readonly neverLearnt?: Found
}

/**
 * Times of a clock that goes on evenly, as people read them on one that may be set: what holds for another hour ends in an
 * hour by either.
 */
export class SpokenTime {
  readonly #even: () => number
  readonly #wall: () => number

  /** Both in milliseconds since 1970. */
  constructor(even: () => number, wall: () => number) {
    this.#even = even
    this.#wall = wall
  }

  /** The time that people read. */
  get nowMs(): number {
    return this.ms(this.#even())
  }

  /** A time of the even clock. */
  ms(evenMs: number): number {
    return evenMs + this.#setByMs
  }

  pattern<P extends Lasting>(pattern: P): P {
    return movedBy(pattern, this.#setByMs)
  }

  patterns<P extends Lasting>({ next, patterns }: Captured<P>): Captured<P> {
    return { next, patterns: patterns.map((pattern) => this.pattern(pattern)) }
  }

  answer({ feedback, mute, never_learnt: never, ...rest }: FeedbackAnswer): FeedbackAnswer {
    const at = moved(feedback.at, this.#setByMs)
    return {
      ...rest,
      feedback: { ...feedback, at },
      mute: mute === null ? null : this.pattern(mute),
      never_learnt: never === null ? null : this.pattern(never),
    }
  }

  /**
   * Captured words, which an earlier process read on its clock, as the even clock has them, which begins with that of the
   * machine. How long there was no process only that can say; where it says that less than nothing has passed, nothing has.
   */
  heard({ at, pausedUntil, mutes, neverLearnt }: Words): Omit<Words, 'at'> {
    const back = typeof at === 'number' ? Math.max(0, at - this.#even()) : 0
    if (back === 0) return { pausedUntil, mutes, neverLearnt }
    return {
      pausedUntil: typeof pausedUntil === 'number' ? pausedUntil - back : null,
      mutes: heardList(mutes, back),
      neverLearnt: heardList(neverLearnt, back),
    }
  }

  get #setByMs(): number {
    const byMs = this.#wall() - this.#even()
    return Math.abs(byMs) < ALIKE_MS ? 0 : byMs
  }
}

/** Whatever a state holds: what is no pattern stays as it is, and is left out later. */
function heardList(list: Found, back: number): Found {
  const { patterns } = list ?? {}
  if (!Array.isArray(patterns)) return list
  return {
    ...list,
    patterns: patterns.map((each) => (isLasting(each) ? movedBy(each, -back) : each)),
  }
}

function isLasting(value: unknown): value is Lasting {
  const { created, until } = (value ?? {}) as Partial<Lasting>
  return typeof created === 'string' && typeof until === 'string'
}

function movedBy<P extends Lasting>(pattern: P, byMs: number): P {
  if (byMs === 0) return { ...pattern }
  return { ...pattern, created: moved(pattern.created, byMs), until: moved(pattern.until, byMs) }
}

/** A time as text, some milliseconds later; as it is where it is none, or none that text can tell. */
function moved(iso: string, byMs: number): string {
  const date = new Date(Date.parse(iso) + byMs)
  return byMs === 0 || Number.isNaN(date.getTime()) ? iso : date.toISOString()
}

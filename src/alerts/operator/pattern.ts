import { type Checks, hasShape, is } from '../../state/shape.js'
import type { Pattern } from './pattern-schemas.js'

/** A new pattern, as far as its list does not give it. @internal */
export type NewPattern<P extends Pattern> = Omit<P, 'id' | 'created'>

/** A captured list. @internal */
export interface PatternsState<P extends Pattern> {
  readonly next: number
  readonly patterns: readonly P[]
}

/** The patterns in force, at most one for each source and so many in all. They end by themselves. @internal */
export class PatternList<P extends Pattern> {
  readonly #prefix: string
  readonly #checks: Checks<P>
  readonly #max: number
  #next = 1
  #patterns: P[] = []
  /** When the first of them ends, in milliseconds since 1970. */
  #firstEnd = Number.POSITIVE_INFINITY
  /** Counts up with every change of what is in force. */
  revision = 0
  /** Whether ids come from what was said of what, and not from counting: those are the same wherever it was said. */
  namedBySource = false

  /**
   * @param prefix of the ids: `mute` gives `mute-1`
   * @param checks of a captured pattern's fields
   */
  constructor(prefix: string, checks: Checks<P>, max: number) {
    this.#prefix = prefix
    this.#checks = checks
    this.#max = max
  }

  get size(): number {
    return this.#patterns.length
  }

  /** Those in force at a time, oldest first. */
  at(nowMs: number): readonly P[] {
    if (nowMs >= this.#firstEnd) this.#keep(({ until }) => Date.parse(until) > nowMs)
    return this.#patterns
  }

  /** The one that was said of a source. */
  of(source: string): P | undefined {
    return this.#patterns.find((pattern) => pattern.source === source)
  }

  /** Whether there is room for one more, of this source. */
  hasRoomFor(source: string, nowMs: number): boolean {
    return this.at(nowMs).length < this.#max || this.of(source) !== undefined
  }

  /** Adds a pattern. One of the same source is replaced, and keeps its id and when it was created. */
  set(pattern: NewPattern<P>, nowMs: number): P {
    const before = this.of(pattern.source)
    const id = before?.id ?? this.#idFor(pattern.source)
    const created = before?.created ?? new Date(nowMs).toISOString()
    // The compiler cannot see that these two are what a new pattern lacks.
    const whole = { id, created, ...pattern } as unknown as P
    if (before === undefined) this.#patterns = [...this.#patterns, whole]
    else this.#patterns = this.#patterns.map((each) => (each === before ? whole : each))
    this.#changed()
    return whole
  }

  /** Ends the patterns that a question says yes to; returns the first of them. */
  remove(goes: (pattern: P) => boolean): P | undefined {
    const first = this.#patterns.find(goes)
    if (first !== undefined) this.#keep((pattern) => !goes(pattern))
    return first
  }

  capture(): PatternsState<P> {
    return { next: this.#next, patterns: this.#patterns.map((pattern) => ({ ...pattern })) }
  }

  /** Takes over captured patterns; returns how many were left out because they are none or too many. */
  restore(state: { readonly next?: unknown; readonly patterns?: unknown } | null | undefined): number {
    const captured: unknown[] = Array.isArray(state?.patterns) ? state.patterns : []
    this.#patterns = captured
      .filter((each): each is P => hasShape(each, this.#checks))
      .slice(-this.#max)
      .map((pattern) => ({ ...pattern }))
    const numbers = this.#patterns.map(({ id }) => Number(id.split('-').at(-1)) || 0)
    this.#next = Math.max(
      Number.isInteger(state?.next) ? Number(state?.next) : 1,
      1,
      ...numbers.map((n) => n + 1),
    )
    this.#changed()
    return captured.length - this.#patterns.length
  }

  #idFor(source: string): string {
    return `${this.#prefix}-${this.namedBySource ? `of-${source}` : this.#next++}`
  }

  #keep(stays: (pattern: P) => boolean): void {
    this.#patterns = this.#patterns.filter(stays)
    this.#changed()
  }

  #changed(): void {
    this.#firstEnd = Math.min(
      Number.POSITIVE_INFINITY,
      ...this.#patterns.map(({ until }) => Date.parse(until)),
    )
    this.revision += 1
  }
}

/** What the fields must be that all patterns have. @internal */
export const PATTERN_CHECKS: Checks<Pattern> = {
  id: is.text,
  route: is.orNull(is.text),
  feature: is.text,
  direction: is.oneOf('high', 'low'),
  created: is.time,
  until: is.time,
  note: is.orNull(is.text),
  source: is.text,
}

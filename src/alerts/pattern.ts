import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import { Direction } from './lead.js'

/** Records that are alike, by an operator's word: on one route, on one side of one feature. */
export const Pattern = Type.Object({
  id: Type.String(),
  route: Type.Union([Type.String(), Type.Null()], {
    description: 'Name of the route; empty for records without one, null for any.',
  }),
  feature: Type.String(),
  direction: Direction,
  created: Type.String({ format: 'date-time' }),
  until: Type.String({ format: 'date-time', description: 'When it ends by itself.' }),
  note: Type.Union([Type.String(), Type.Null()], { description: 'What the operator wrote.' }),
  source: Type.String({ description: 'Id of the anomaly or incident that it was said of.' }),
})
export type Pattern = Static<typeof Pattern>

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
  readonly #schema: TSchema
  readonly #max: number
  #next = 1
  #patterns: P[] = []
  /** When the first of them ends, in milliseconds since 1970. */
  #firstEnd = Number.POSITIVE_INFINITY
  /** Counts up with every change of what is in force. */
  revision = 0

  /** @param prefix of the ids: `mute` gives `mute-1` */
  constructor(prefix: string, schema: TSchema, max: number) {
    this.#prefix = prefix
    this.#schema = schema
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
    const id = before?.id ?? `${this.#prefix}-${this.#next++}`
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
    const fits = new Ajv({ strict: false, formats: { 'date-time': isTime } }).compile<P>(this.#schema)
    this.#patterns = captured
      .filter((each): each is P => fits(each))
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

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text))
}

import { KEYS_MAX, KeyedSlots, type SlotsState } from './keyed-slots.js'

/** What is derived from a record and those before it. One at a time: what was looked at last is what is kept. */
export interface Memory {
  /** The value for a record that came now; NaN where nothing can be said. Nothing is kept of it. */
  look(record: object, nowMs: number): number
  /** Keeps what was looked at last. */
  keep(): void
  capture(): SlotsState
  /** Takes over what was captured, or leaves it where it does not fit. */
  restore(state: unknown): void
}

/** Whose records belong together: the same text. */
export type KeyOf = (record: object) => string

abstract class SlotMemory implements Memory {
  protected readonly slots: KeyedSlots
  protected key = ''
  protected at = -1
  protected nowMs = 0
  readonly #width: number
  readonly #keyOf: KeyOf

  constructor(keyOf: KeyOf, width: number) {
    this.#keyOf = keyOf
    this.#width = width
    this.slots = new KeyedSlots(width)
  }

  look(record: object, nowMs: number): number {
    this.key = this.#keyOf(record)
    this.at = this.slots.find(this.key)
    this.nowMs = nowMs
    return this.valueOf(record)
  }

  keep(): void {
    if (this.at < 0) this.at = this.slots.claim(this.key)
    this.write(this.slots.numbers, this.at)
  }

  capture(): SlotsState {
    return this.slots.capture()
  }

  restore(state: unknown): void {
    const { keys, numbers } = (state ?? {}) as Partial<SlotsState>
    if (!Array.isArray(keys) || !(numbers instanceof Float64Array)) return
    const fits = numbers.length === keys.length * this.#width && keys.length <= KEYS_MAX
    if (fits && keys.every((key) => typeof key === 'string') && numbers.every(Number.isFinite))
      this.slots.restore({ keys, numbers })
  }

  protected abstract valueOf(record: object): number
  protected abstract write(numbers: Float64Array, at: number): void
}

/**
 * How many records of a key there were within a window of time, with the one at hand. Of the window before, so much counts
 * as still lies within: exact where records come evenly, and three numbers whatever their rate.
 */
export class WindowCount extends SlotMemory {
  readonly #windowMs: number
  readonly #counts: (record: object) => boolean
  readonly #factor: number
  /** Of the record looked at last: its window, and the counts of that and of the one before. */
  #window = 0
  #current = 0
  #previous = 0

  /** @param perSecond whether it is told as a rate */
  constructor(keyOf: KeyOf, windowMs: number, counts: (record: object) => boolean, perSecond: boolean) {
    super(keyOf, 3)
    this.#windowMs = windowMs
    this.#counts = counts
    this.#factor = perSecond ? 1000 / windowMs : 1
  }

  protected valueOf(record: object): number {
    const { numbers } = this.slots
    const { at } = this
    const now = this.nowMs / this.#windowMs
    const known = at < 0 ? -1 : (numbers[at] as number)
    // One that comes late belongs to the window that there is.
    const window = Math.max(Math.floor(now), known)
    this.#window = window
    this.#current = known === window ? (numbers[at + 1] as number) : 0
    this.#previous =
      known === window
        ? (numbers[at + 2] as number)
        : known === window - 1 && at >= 0
          ? (numbers[at + 1] as number)
          : 0
    if (this.#counts(record)) this.#current += 1
    const passed = Math.min(Math.max(now - window, 0), 1)
    return (this.#current + this.#previous * (1 - passed)) * this.#factor
  }

  protected write(numbers: Float64Array, at: number): void {
    numbers[at] = this.#window
    numbers[at + 1] = this.#current
    numbers[at + 2] = this.#previous
  }
}

/** Seconds since the record of a key before; nothing can be said of the first. */
export class SinceLast extends SlotMemory {
  constructor(keyOf: KeyOf) {
    super(keyOf, 1)
  }

  protected valueOf(): number {
    if (this.at < 0) return Number.NaN
    return Math.max(0, this.nowMs - (this.slots.numbers[this.at] as number)) / 1000
  }

  protected write(numbers: Float64Array, at: number): void {
    numbers[at] = Math.max(numbers[at] as number, this.nowMs)
  }
}

/** What a number has changed by since the record of a key before; nothing can be said of the first. */
export class Delta extends SlotMemory {
  readonly #read: (record: object) => unknown
  #value = Number.NaN

  constructor(keyOf: KeyOf, read: (record: object) => unknown) {
    super(keyOf, 1)
    this.#read = read
  }

  override keep(): void {
    if (!Number.isNaN(this.#value)) super.keep()
  }

  protected valueOf(record: object): number {
    const value = this.#read(record)
    this.#value = typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN
    return this.at < 0 ? Number.NaN : this.#value - (this.slots.numbers[this.at] as number)
  }

  protected write(numbers: Float64Array, at: number): void {
    numbers[at] = this.#value
  }
}

/** Keys remembered at a time; one that was not used of late is forgotten for a new one. */
export const KEYS_MAX = 4096

/** Captured slots: each key with its numbers, f64[keys][width]. */
export type SlotsState = { readonly keys: readonly string[]; readonly numbers: Float64Array }

/** A few numbers for each of the keys that came last, in memory of a fixed size. */
export class KeyedSlots {
  readonly numbers: Float64Array
  readonly #width: number
  readonly #slots = new Map<string, number>()
  /** Whether a slot was used since its turn to be given up came last. */
  readonly #used = new Uint8Array(KEYS_MAX)

  constructor(width: number) {
    this.#width = width
    this.numbers = new Float64Array(KEYS_MAX * width)
  }

  /** Where in `numbers` those of a key begin; -1 where it has none. */
  find(key: string): number {
    const slot = this.#slots.get(key)
    if (slot === undefined) return -1
    this.#used[slot] = 1
    return slot * this.#width
  }

  /** The same, for a key that had none: its numbers are 0. */
  claim(key: string): number {
    const slot = this.#slots.size < KEYS_MAX ? this.#slots.size : this.#giveUp()
    this.#slots.set(key, slot)
    this.#used[slot] = 1
    const at = slot * this.#width
    this.numbers.fill(0, at, at + this.#width)
    return at
  }

  capture(): SlotsState {
    const keys = [...this.#slots.keys()]
    const numbers = new Float64Array(keys.length * this.#width)
    for (const [i, slot] of [...this.#slots.values()].entries())
      numbers.set(this.numbers.subarray(slot * this.#width, (slot + 1) * this.#width), i * this.#width)
    return { keys, numbers }
  }

  restore({ keys, numbers }: SlotsState): void {
    this.#slots.clear()
    for (const [i, key] of keys.slice(0, KEYS_MAX).entries())
      this.numbers.set(numbers.subarray(i * this.#width, (i + 1) * this.#width), this.claim(key))
  }

  /** The slot of the key that came first, unless it was used since its last turn: then it is the next one's turn. */
  #giveUp(): number {
    for (const [key, slot] of this.#slots) {
      this.#slots.delete(key)
      if (this.#used[slot] === 0) return slot
      this.#used[slot] = 0
      this.#slots.set(key, slot)
    }
    throw new Error('there are no slots to give up')
  }
}

/**
 * A long list that stands in parts, each of them read when it is come to: what is made of it is gone again before the next
 * one is read, and does not outlive a collection.
 */
export class PartedList<Item = unknown> {
  readonly #parts: readonly (() => readonly Item[])[]

  /** @param parts each reads one; it may throw, and then so does who comes to it */
  constructor(parts: readonly (() => readonly Item[])[]) {
    this.#parts = parts
  }

  *[Symbol.iterator](): Generator<Item, void> {
    for (const read of this.#parts) yield* read()
  }
}

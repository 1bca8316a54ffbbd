/** A value that is dear to make: all who ask within a time are given the same one. */
export class Briefly<Value> {
  readonly #forMs: number
  readonly #make: () => Value
  #value: Value | undefined
  #madeMs = Number.NEGATIVE_INFINITY

  constructor(forMs: number, make: () => Value) {
    this.#forMs = forMs
    this.#make = make
  }

  get value(): Value {
    const nowMs = performance.now()
    if (this.#value !== undefined && nowMs - this.#madeMs < this.#forMs) return this.#value
    this.#madeMs = nowMs
    this.#value = this.#make()
    return this.#value
  }
}

/** Share of anomalous verdicts among the last `capacity`. */
export class AnomalyRate {
  readonly #flags: Uint8Array
  #next = 0
  #size = 0
  #anomalous = 0

  constructor(capacity: number) {
    this.#flags = new Uint8Array(capacity)
  }

  /** 0 to 1; 0 before the first verdict. */
  get value(): number {
    return this.#size === 0 ? 0 : this.#anomalous / this.#size
  }

  /** The verdicts, oldest first: 1 where anomalous. */
  capture(): Uint8Array {
    const oldest = this.#size < this.#flags.length ? 0 : this.#next
    const flags = new Uint8Array(this.#size)
    flags.set(this.#flags.subarray(oldest, this.#size))
    flags.set(this.#flags.subarray(0, oldest), this.#size - oldest)
    return flags
  }

  restore(flags: Uint8Array): void {
    this.#flags.fill(0)
    this.#next = this.#size = this.#anomalous = 0
    for (const flag of flags) this.push(flag !== 0)
  }

  push(anomalous: boolean): void {
    const flag = anomalous ? 1 : 0
    this.#anomalous += flag - (this.#flags[this.#next] as number)
    this.#flags[this.#next] = flag
    this.#next = (this.#next + 1) % this.#flags.length
    if (this.#size < this.#flags.length) this.#size += 1
  }
}

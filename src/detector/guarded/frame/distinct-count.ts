const BITS = 1024
/** Words of a captured count. */
export const DISTINCT_WORDS = BITS / 32

/** About how many different names came up, from 1,024 bits by how many are still unset (Whang et al. 1990). */
export class DistinctCount {
  readonly #bits = new Uint32Array(DISTINCT_WORDS)

  /** @param bits u32[DISTINCT_WORDS] that were captured */
  constructor(bits?: Uint32Array) {
    if (bits !== undefined) this.#bits.set(bits)
  }

  see(name: string): void {
    let hash = 0x811c9dc5
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 22
    this.#bits[hash >>> 5] = (this.#bits[hash >>> 5] as number) | (1 << (hash & 31))
  }

  get estimate(): number {
    let unset = BITS
    for (const word of this.#bits) for (let left = word; left !== 0; left &= left - 1) unset -= 1
    return BITS * Math.log(BITS / Math.max(unset, 1))
  }

  /** A view of what there is to keep. */
  get bits(): Uint32Array {
    return this.#bits
  }

  clear(): void {
    this.#bits.fill(0)
  }
}

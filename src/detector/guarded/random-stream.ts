/** A seeded stream of uniform numbers whose whole state is one 32-bit word (Mulberry32, T. Ettinger, 2017). */
export class RandomStream {
  /** All there is to keep for going on at the same place. A number from the first: V8 writes over it then. */
  state = 0

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let z = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
    return Math.floor((((z ^ (z >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

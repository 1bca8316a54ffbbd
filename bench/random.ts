/** What growing a forest draws from; the benchmark's peers and the tests' naive forest share the contract. */
export interface RandomSource {
  /** Uniform integer in [0, n). */
  below(n: number): number
  /** Uniform in [0, 1). */
  uniform(): number
}

/** Mulberry32 (Tommy Ettinger): a fast seeded generator, as a JavaScript author would pick one. */
export function mulberry32(seed: number): RandomSource {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let z = Math.imul(state ^ (state >>> 15), 1 | state)
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296
  }
  return { uniform, below: (n) => Math.floor(uniform() * n) }
}

/** Standard normal deviate (Box and Muller 1958). */
export function gaussian(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}

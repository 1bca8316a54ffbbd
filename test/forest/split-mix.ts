import type { RandomSource } from '../../made-up/random.js'

const MASK = (1n << 64n) - 1n

/**
 * The stream that the forest draws one tree from: SplitMix64 (Steele, Lea, Flood 2014) seeded with its own
 * first output, in arbitrary precision. Pinned here so that a seed keeps meaning the same forest.
 */
export function splitMix64(seed: number, tree: number): RandomSource {
  let state = (BigInt(seed) << 32n) | BigInt(tree)
  const next = () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
    return z ^ (z >> 31n)
  }
  state = next()
  return {
    below: (n) => Number(((next() >> 32n) * BigInt(n)) >> 32n),
    uniform: () => Number(next() >> 11n) * 2 ** -53,
  }
}

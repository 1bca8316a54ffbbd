// The one generator of this folder is the service's own (Mulberry32). It comes from its source, not from dist/, so that
// a demo against a service elsewhere needs no build.
import { RandomStream } from '../src/detector/guarded/random-stream.js'

/** Where seeded numbers come from: what growing a forest and making up records draw. */
export interface RandomSource {
  /** Uniform integer in [0, n). */
  below(n: number): number
  /** Uniform in [0, 1). */
  uniform(): number
}

const WORDS = 2 ** 32

/** The same seed gives the same numbers, in every runtime. */
export function mulberry32(seed: number): RandomSource {
  const stream = new RandomStream(seed)
  return { below: (n) => stream.below(n), uniform: () => stream.below(WORDS) / WORDS }
}

/** Standard normal deviate (Box and Muller 1958). */
export function gaussian(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}

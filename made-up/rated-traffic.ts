// Records as a detector hands them on: with a score, and quick to make because no forest has to judge them.
import { gaussian, mulberry32 } from './random.js'

/** A record and the score that a forest gave it. */
export interface Rated {
  readonly route: string
  readonly score: number
  /** Latency in ms, errors. */
  readonly values: readonly [number, number]
}

export const RATED_ROUTES = ['/a', '/b', '/c'] as const

/** Ordinary requests of three routes, exchangeable: log-normal latencies, scores that grow with them, rare errors. */
export function ratedTraffic(seed: number): () => Rated {
  const random = mulberry32(seed)
  return () => {
    const route = RATED_ROUTES[random.below(RATED_ROUTES.length)] as string
    const normal = gaussian(random)
    const errors = random.uniform() < 0.005 ? 1 : 0
    const score = 0.4 + 0.05 * Math.abs(normal) + 0.02 * random.uniform() + 0.05 * errors
    return { route, score, values: [100 * Math.exp(0.4 * normal), errors] }
  }
}

/** Far out in every respect. */
export function ratedAttack(route: string): Rated {
  return { route, score: 0.85, values: [5000, 6] }
}

/** Scores of the rows that the forest of such traffic was fitted on, ascending. */
export const RATED_SCORES = Float64Array.from({ length: 1000 }, (_, i) => 0.3 + (0.3 * i) / 1000)

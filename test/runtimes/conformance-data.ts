import type { ScikitLearnForest } from '#sentinel/forest/index.js'

export const N_FEATURES = 3

/**
 * Rows that are the same numbers in every engine: a 32-bit generator (Numerical Recipes) and arithmetic that
 * IEEE 754 rounds in one way only, none of Math's transcendental functions.
 */
export function conformanceRows(nRows: number, seed: number): number[][] {
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
  return Array.from({ length: nRows }, () => {
    const tail = 1 / (0.02 + next())
    return [20 + 4 * tail * next(), Math.floor(900 * next() * next()), next() < 0.05 ? 3 : 0]
  })
}

/** Two trees of four rows and two features, as scikit-learn would write them. */
export const SCIKIT_LEARN_FOREST: ScikitLearnForest = {
  n_features: 2,
  max_samples: 4,
  contamination: 'auto',
  offset: -0.5,
  trees: [
    {
      children_left: [1, -1, -1],
      children_right: [2, -1, -1],
      feature: [0, -2, -2],
      threshold: [0.5, -2, -2],
      n_node_samples: [4, 3, 1],
    },
    {
      children_left: [1, -1, 3, -1, -1],
      children_right: [2, -1, 4, -1, -1],
      feature: [1, -2, 0, -2, -2],
      threshold: [-1.25, -2, 2.5, -2, -2],
      n_node_samples: [4, 1, 3, 2, 1],
    },
  ],
}

const EULER_GAMMA = 0.5772156649015329
const averagePathLength = (n: number): number => 2 * (Math.log(n - 1) + EULER_GAMMA) - (2 * (n - 1)) / n

/** Rows for that forest, and their scores worked out from the leaves they end in: depth + c(leaf size). */
export const SCIKIT_LEARN_SCORES: readonly { row: number[]; score: number }[] = [
  { row: [0, 0], score: 2 ** (-(1 + averagePathLength(3) + 2 + 1) / 2 / averagePathLength(4)) },
  { row: [3, 0], score: 2 ** (-(1 + 2) / 2 / averagePathLength(4)) },
  { row: [3, -2], score: 2 ** (-(1 + 1) / 2 / averagePathLength(4)) },
]

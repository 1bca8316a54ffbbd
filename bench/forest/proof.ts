import type { IsolationForest } from '#sentinel/forest/index.js'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { TypedArrayForest } from '../../made-up/peers/typed-array-forest.js'
import { auroc } from '../../made-up/trial/ranking.js'
import { quantile } from '../race.js'
import type { Contender } from './contenders.js'

/**
 * Throws unless the contenders compute what they are timed at: on the same trees the typed arrays and the
 * objects must agree with WebAssembly to rounding; forests grown otherwise must rank the probes alike.
 */
export function prove(forest: IsolationForest, others: readonly Contender[], probes: number[][]): void {
  const trees = treesOf(forest)
  const naive = new NaiveForest(trees, forest.subsampleSize)
  const typed = TypedArrayForest.fromTrees(trees, forest.subsampleSize, forest.nFeatures)
  for (const row of probes) {
    if (typed.totalPathLength(row) !== naive.totalPathLength(row))
      throw new Error('typed arrays walk elsewhere')
    if (Math.abs(forest.score(row) - typed.score(row)) > 1e-12) throw new Error('WebAssembly scores differ')
  }
  const scores = [...forest.scoreBatch(probes)]
  const high = quantile(scores, 0.9)
  const labels = scores.map((score) => Number(score > high))
  for (const other of others) {
    const agreement = auroc(other.scores(), labels)
    if (!(agreement > 0.9))
      throw new Error(`${other.name} ranks rows otherwise: AUROC ${agreement.toFixed(3)}`)
  }
}

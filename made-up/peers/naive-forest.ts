import type { RandomSource } from '../random.js'
import { addSteps, averagePathLength, float32, growTree, type NaiveNode, pathLength } from './naive-tree.js'

/** What a naive forest is grown with; `randomOfTree` gives each tree its own stream. */
export interface NaiveOptions {
  nTrees: number
  subsampleSize: number
  randomOfTree(tree: number): RandomSource
}

/**
 * An isolation forest in plain objects and recursion (Liu, Ting, Zhou 2008): the reference that the tests
 * compare the WebAssembly forest with, and the benchmark's example of how one is usually written.
 */
export class NaiveForest {
  constructor(
    readonly trees: readonly NaiveNode[],
    /** ψ, the rows each tree was grown on. */
    readonly subsampleSize: number,
  ) {}

  static grow(rows: readonly (readonly number[])[], options: NaiveOptions): NaiveForest {
    const seen = rows.map((row) => row.map(float32))
    const subsampleSize = Math.min(options.subsampleSize, rows.length)
    const heightLimit = Math.ceil(Math.log2(Math.max(subsampleSize, 2)))
    const trees = Array.from({ length: options.nTrees }, (_, tree) => {
      const random = options.randomOfTree(tree)
      return growTree(drawn(seen, subsampleSize, random), heightLimit, random)
    })
    return new NaiveForest(trees, subsampleSize)
  }

  /** Σ h(x) over the trees, in their order. */
  totalPathLength(row: readonly number[]): number {
    const seen = row.map(float32)
    let total = 0
    for (const tree of this.trees) total += pathLength(tree, seen)
    return total
  }

  /** s(x) in (0, 1], higher = more anomalous; 0.5 where c(ψ) is 0. */
  score(row: readonly number[]): number {
    const normalizer = this.trees.length * averagePathLength(this.subsampleSize)
    return normalizer === 0 ? 0.5 : 2 ** (-this.totalPathLength(row) / normalizer)
  }

  /** b_f, the bits of the score that feature f accounts for. */
  contributions(row: readonly number[]): number[] {
    const seen = row.map(float32)
    const phi = new Array<number>(row.length).fill(0)
    for (const tree of this.trees) addSteps(tree, seen, phi)
    const normalizer = this.trees.length * averagePathLength(this.subsampleSize)
    return phi.map((steps) => (normalizer === 0 ? 0 : -steps / normalizer))
  }
}

/** ψ rows without replacement: the first steps of a Fisher-Yates shuffle. */
function drawn(rows: readonly number[][], subsampleSize: number, random: RandomSource): number[][] {
  const shuffled = [...rows]
  for (let i = 0; i < subsampleSize; i++) {
    const j = i + random.below(rows.length - i)
    const row = shuffled[j] as number[]
    shuffled[j] = shuffled[i] as number[]
    shuffled[i] = row
  }
  return shuffled.slice(0, subsampleSize)
}

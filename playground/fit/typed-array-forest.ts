import type { IsolationForest } from 'codeflow-sentinel/forest'

const EULER_GAMMA = 0.5772156649015329

/**
 * The same trees scored by JavaScript over typed arrays, to compare WebAssembly with: what one would write with
 * care for speed, a complete binary tree with implicit children, no objects on the way.
 */
export class TypedArrayForest {
  readonly #nTrees: number
  readonly #height: number
  readonly #nodes: number
  readonly #features: Uint8Array
  readonly #splits: Float32Array
  readonly #leaves: Float64Array
  readonly #normalizer: number

  constructor(forest: IsolationForest) {
    this.#nTrees = forest.nTrees
    this.#height = forest.tree(0).height
    this.#nodes = 2 ** this.#height - 1
    this.#features = new Uint8Array(this.#nTrees * this.#nodes)
    this.#splits = new Float32Array(this.#nTrees * this.#nodes).fill(Number.POSITIVE_INFINITY)
    this.#leaves = new Float64Array(this.#nTrees * (this.#nodes + 1))
    this.#normalizer = this.#nTrees * averagePathLength(forest.subsampleSize)
    for (let tree = 0; tree < this.#nTrees; tree++) this.#take(forest, tree)
  }

  /** Anomaly score of one row. */
  score(row: ArrayLike<number>): number {
    const features = this.#features
    const splits = this.#splits
    const nodes = this.#nodes
    let sum = 0
    for (let tree = 0; tree < this.#nTrees; tree++) {
      const base = tree * nodes
      let node = 0
      for (let level = this.#height; level > 0; level--) {
        const value = row[features[base + node] as number] as number
        node = 2 * node + (value > (splits[base + node] as number) ? 2 : 1)
      }
      sum += this.#leaves[base + tree + node - nodes] as number
    }
    return this.#normalizer === 0 ? 0.5 : 2 ** (-sum / this.#normalizer)
  }

  /** Leaves above the last level are padded down to the left: infinity is a split that nothing exceeds. */
  #take(forest: IsolationForest, tree: number): void {
    const { splitFeature, splitValue, size } = forest.tree(tree)
    const base = tree * this.#nodes
    const place = (node: number, depth: number): void => {
      if (splitFeature[node] === -1) {
        const below = this.#height - depth
        const leaf = (node + 1) * 2 ** below - 1 - this.#nodes
        this.#leaves[base + tree + leaf] = depth + averagePathLength(size[node] as number)
        return
      }
      this.#features[base + node] = splitFeature[node] as number
      this.#splits[base + node] = splitValue[node] as number
      place(2 * node + 1, depth + 1)
      place(2 * node + 2, depth + 1)
    }
    place(0, 0)
  }
}

function averagePathLength(n: number): number {
  if (n <= 1) return 0
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + EULER_GAMMA) - (2 * (n - 1)) / n
}

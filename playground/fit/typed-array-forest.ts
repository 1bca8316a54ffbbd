import type { IsolationForest } from 'codeflow-sentinel/forest'

const EULER_GAMMA = 0.5772156649015329
/** Trees walked side by side: the most that JavaScript gains from, as measured in Node and Chromium. */
const LANES = 4

/**
 * The same trees scored by JavaScript over typed arrays, to compare WebAssembly with: the same layout, complete
 * binary trees with implicit children 2i and 2i+1 (root 1), LANES of them interleaved to hide the latency of loads.
 */
export class TypedArrayForest {
  readonly #height: number
  readonly #nodes: number
  readonly #features: Uint8Array
  readonly #splits: Float32Array
  readonly #leaves: Float64Array
  readonly #normalizer: number

  constructor(forest: IsolationForest) {
    this.#height = forest.tree(0).height
    this.#nodes = 2 ** this.#height
    const size = Math.ceil(forest.nTrees / LANES) * LANES * this.#nodes
    this.#features = new Uint8Array(size)
    this.#splits = new Float32Array(size).fill(Number.POSITIVE_INFINITY)
    this.#leaves = new Float64Array(size)
    this.#normalizer = forest.nTrees * averagePathLength(forest.subsampleSize)
    for (let tree = 0; tree < forest.nTrees; tree++) this.#take(forest, tree)
  }

  /** Anomaly score of one row. */
  score(row: Float32Array): number {
    const features = this.#features
    const splits = this.#splits
    const leaves = this.#leaves
    const groupNodes = this.#nodes * LANES
    let sum = 0
    for (let group = 0; group < splits.length; group += groupNodes) {
      let i0 = 1
      let i1 = 1
      let i2 = 1
      let i3 = 1
      for (let level = this.#height; level > 0; level--) {
        const a0 = group + i0 * LANES
        const a1 = group + i1 * LANES + 1
        const a2 = group + i2 * LANES + 2
        const a3 = group + i3 * LANES + 3
        i0 = (i0 << 1) | +((row[features[a0] as number] as number) > (splits[a0] as number))
        i1 = (i1 << 1) | +((row[features[a1] as number] as number) > (splits[a1] as number))
        i2 = (i2 << 1) | +((row[features[a2] as number] as number) > (splits[a2] as number))
        i3 = (i3 << 1) | +((row[features[a3] as number] as number) > (splits[a3] as number))
      }
      const first = group - groupNodes
      sum += leaves[first + i0 * LANES] as number
      sum += leaves[first + i1 * LANES + 1] as number
      sum += leaves[first + i2 * LANES + 2] as number
      sum += leaves[first + i3 * LANES + 3] as number
    }
    return this.#normalizer === 0 ? 0.5 : 2 ** (-sum / this.#normalizer)
  }

  /** Leaves above the last level are padded down to the left: infinity is a split that nothing exceeds. */
  #take(forest: IsolationForest, tree: number): void {
    const { splitFeature, splitValue, size } = forest.tree(tree)
    const lane = tree % LANES
    const group = (tree - lane) * this.#nodes
    const at = (node: number): number => group + node * LANES + lane
    // The view counts nodes from 0, the layout from 1.
    const place = (node: number, depth: number): void => {
      const seen = node - 1
      if (splitFeature[seen] === -1) {
        const leaf = node * 2 ** (this.#height - depth) - this.#nodes
        this.#leaves[at(leaf)] = depth + averagePathLength(size[seen] as number)
        return
      }
      this.#features[at(node)] = splitFeature[seen] as number
      this.#splits[at(node)] = splitValue[seen] as number
      place(2 * node, depth + 1)
      place(2 * node + 1, depth + 1)
    }
    place(1, 0)
  }
}

function averagePathLength(n: number): number {
  if (n <= 1) return 0
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + EULER_GAMMA) - (2 * (n - 1)) / n
}

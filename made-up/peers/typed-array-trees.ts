import { averagePathLength } from './naive-tree.js'

/** Trees walked side by side: the most that JavaScript gains from, as measured in Node and Chromium. */
const LANES = 4

/**
 * Isolation trees in JavaScript: typed arrays of complete binary trees with implicit children 2i and 2i+1 (root 1),
 * LANES trees interleaved to hide the latency of loads, early leaves padded down the left to the height limit, leaf
 * values in their own array. As in the WebAssembly forest, but for its blocks of three nodes that SIMD compares at
 * once, which JavaScript has no use for. Path lengths are summed in f64 in tree order, so that the same trees give
 * the same sums bit for bit. What the page and the benchmarks compare WebAssembly with: the fair pure-JS rival, not
 * a straw man.
 */
export class TypedArrayTrees {
  readonly height: number
  readonly #nodes: number
  readonly #normalizer: number
  readonly #features: Uint8Array
  readonly #splits: Float32Array
  readonly #leaves: Float64Array

  constructor(nTrees: number, subsampleSize: number) {
    this.height = Math.ceil(Math.log2(Math.max(subsampleSize, 2)))
    this.#nodes = 1 << this.height
    this.#normalizer = nTrees * averagePathLength(subsampleSize)
    const entries = Math.ceil(nTrees / LANES) * LANES * this.#nodes
    this.#features = new Uint8Array(entries)
    // Infinity is a split that nothing exceeds: where nothing else is put, every row goes left.
    this.#splits = new Float32Array(entries).fill(Number.POSITIVE_INFINITY)
    this.#leaves = new Float64Array(entries)
  }

  /** Makes `node` of `tree` send a row left when its `feature` is at most `value`, a float32. */
  split(tree: number, node: number, feature: number, value: number): void {
    const at = this.#nodeAt(tree, node)
    this.#features[at] = feature
    this.#splits[at] = value
  }

  /** Ends the tree at `node`, which `size` rows of the sample reached, `depth` steps below the root. */
  leaf(tree: number, node: number, depth: number, size: number): void {
    const place = (node << (this.height - depth)) - this.#nodes
    this.#leaves[this.#nodeAt(tree, place)] = depth + averagePathLength(size)
  }

  /** Anomaly score of the float32 row that starts at `at`. */
  score(rows: Float32Array, at = 0): number {
    return this.#normalizer === 0 ? 0.5 : 2 ** (-this.totalPathLength(rows, at) / this.#normalizer)
  }

  /** Σ h(x) over the trees: what must agree bit for bit. */
  totalPathLength(rows: Float32Array, at = 0): number {
    const features = this.#features
    const splits = this.#splits
    const leaves = this.#leaves
    const height = this.height
    const groupNodes = this.#nodes * LANES
    const firstLeaf = 1 << height
    let total = 0
    for (let group = 0; group < splits.length; group += groupNodes) {
      let i0 = 1
      let i1 = 1
      let i2 = 1
      let i3 = 1
      for (let level = height; level > 0; level--) {
        const a0 = group + i0 * LANES
        const a1 = group + i1 * LANES + 1
        const a2 = group + i2 * LANES + 2
        const a3 = group + i3 * LANES + 3
        i0 = (i0 << 1) | +((rows[at + (features[a0] as number)] as number) > (splits[a0] as number))
        i1 = (i1 << 1) | +((rows[at + (features[a1] as number)] as number) > (splits[a1] as number))
        i2 = (i2 << 1) | +((rows[at + (features[a2] as number)] as number) > (splits[a2] as number))
        i3 = (i3 << 1) | +((rows[at + (features[a3] as number)] as number) > (splits[a3] as number))
      }
      total += leaves[group + (i0 - firstLeaf) * LANES] as number
      total += leaves[group + (i1 - firstLeaf) * LANES + 1] as number
      total += leaves[group + (i2 - firstLeaf) * LANES + 2] as number
      total += leaves[group + (i3 - firstLeaf) * LANES + 3] as number
    }
    return total
  }

  #nodeAt(tree: number, node: number): number {
    const lane = tree % LANES
    return ((tree - lane) * this.#nodes + node * LANES + lane) | 0
  }
}

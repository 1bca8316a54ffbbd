import { averagePathLength, float32, type NaiveNode } from '../../test/forest/naive-tree.js'
import { mulberry32 } from '../random.js'
import type { Peer, PeerOptions } from './peer.js'
import { growInto } from './typed-array-growth.js'

/** Trees walked side by side, as in the WebAssembly forest, to hide the latency of loads. */
const LANES = 4

/**
 * The same algorithm and layout as the WebAssembly forest, in JavaScript typed arrays: complete binary trees
 * with implicit children 2i and 2i+1 (root 1), LANES trees interleaved, early leaves padded down the left to
 * the height limit, leaf values in their own array. Path lengths are summed in f64 in tree order, so that the
 * same trees give the same sums bit for bit. This is the fair pure-JS rival, not a straw man.
 */
export class TypedArrayForest implements Peer {
  readonly name = 'typed arrays'
  readonly #nTrees: number
  /** The 90th percentile of the training scores. */
  threshold = Number.NaN
  #height = 0
  #nodes = 0
  #normalizer = 0
  #feature = new Uint8Array(0)
  #value = new Float32Array(0)
  #leaf = new Float64Array(0)
  #row = new Float32Array(0)

  constructor(readonly options: PeerOptions) {
    this.#nTrees = options.nTrees
  }

  /** Takes over grown trees instead of growing them. */
  static fromTrees(trees: readonly NaiveNode[], subsampleSize: number, nFeatures: number): TypedArrayForest {
    const forest = new TypedArrayForest({ nTrees: trees.length, subsampleSize, seed: 0 })
    forest.#allocate(subsampleSize, nFeatures)
    for (const [tree, root] of trees.entries()) forest.#place(tree, root, 1, 0)
    return forest
  }

  row(values: number[]): number[] {
    return values
  }

  fit(rows: number[][]): void {
    const nFeatures = rows[0]?.length ?? 0
    const subsampleSize = Math.min(this.options.subsampleSize, rows.length)
    this.#allocate(subsampleSize, nFeatures)
    const data = Float32Array.from(rows.flat(), float32)
    const random = mulberry32(this.options.seed)
    growInto(data, nFeatures, subsampleSize, this.#nTrees, this.#height, random, {
      split: (tree, node, feature, value) => {
        const at = this.#nodeAt(tree, node)
        this.#feature[at] = feature
        this.#value[at] = value
      },
      leaf: (tree, node, depth, size) => this.#seal(tree, node, depth, size),
    })
    this.#calibrate(data, nFeatures)
  }

  score(row: number[]): number {
    const seen = this.#row
    for (let f = 0; f < seen.length; f++) seen[f] = float32(row[f] as number)
    return this.#scoreSeen(seen, 0)
  }

  scoreBatch(rows: number[][]): Float64Array {
    const scores = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) scores[i] = this.score(rows[i] as number[])
    return scores
  }

  /** Σ h(x) over the trees: what must agree bit for bit. */
  totalPathLength(row: number[]): number {
    const seen = this.#row
    for (let f = 0; f < seen.length; f++) seen[f] = float32(row[f] as number)
    return this.#total(seen, 0)
  }

  /** The WebAssembly fit computes a table of confidences besides; this one is let off that. */
  #calibrate(data: Float32Array, nFeatures: number): void {
    const scores = new Float64Array(data.length / nFeatures)
    for (let i = 0; i < scores.length; i++) scores[i] = this.#scoreSeen(data, i * nFeatures)
    scores.sort()
    const position = 0.9 * (scores.length - 1)
    const below = Math.floor(position)
    const low = scores[below] as number
    this.threshold = low + ((scores[below + 1] ?? low) - low) * (position - below)
  }

  #scoreSeen(rows: Float32Array, at: number): number {
    return this.#normalizer === 0 ? 0.5 : 2 ** (-this.#total(rows, at) / this.#normalizer)
  }

  #total(rows: Float32Array, at: number): number {
    const feature = this.#feature
    const value = this.#value
    const leaf = this.#leaf
    const height = this.#height
    const groupNodes = this.#nodes * LANES
    const firstLeaf = 1 << height
    let total = 0
    for (let group = 0; group < value.length; group += groupNodes) {
      let i0 = 1
      let i1 = 1
      let i2 = 1
      let i3 = 1
      for (let level = height; level > 0; level--) {
        const a0 = group + i0 * LANES
        const a1 = group + i1 * LANES + 1
        const a2 = group + i2 * LANES + 2
        const a3 = group + i3 * LANES + 3
        i0 = (i0 << 1) | +((rows[at + (feature[a0] as number)] as number) > (value[a0] as number))
        i1 = (i1 << 1) | +((rows[at + (feature[a1] as number)] as number) > (value[a1] as number))
        i2 = (i2 << 1) | +((rows[at + (feature[a2] as number)] as number) > (value[a2] as number))
        i3 = (i3 << 1) | +((rows[at + (feature[a3] as number)] as number) > (value[a3] as number))
      }
      total += leaf[group + (i0 - firstLeaf) * LANES] as number
      total += leaf[group + (i1 - firstLeaf) * LANES + 1] as number
      total += leaf[group + (i2 - firstLeaf) * LANES + 2] as number
      total += leaf[group + (i3 - firstLeaf) * LANES + 3] as number
    }
    return total
  }

  #allocate(subsampleSize: number, nFeatures: number): void {
    this.#height = Math.ceil(Math.log2(Math.max(subsampleSize, 2)))
    this.#nodes = 1 << this.#height
    this.#normalizer = this.#nTrees * averagePathLength(subsampleSize)
    const entries = Math.ceil(this.#nTrees / LANES) * LANES * this.#nodes
    this.#feature = new Uint8Array(entries)
    this.#value = new Float32Array(entries).fill(Number.POSITIVE_INFINITY)
    this.#leaf = new Float64Array(entries)
    this.#row = new Float32Array(nFeatures)
  }

  #nodeAt(tree: number, node: number): number {
    const lane = tree % LANES
    return ((tree - lane) * this.#nodes + node * LANES + lane) | 0
  }

  /** A leaf above the last level is reached through pad nodes, which send every row left. */
  #seal(tree: number, node: number, depth: number, size: number): void {
    const place = (node << (this.#height - depth)) - (1 << this.#height)
    this.#leaf[this.#nodeAt(tree, place)] = depth + averagePathLength(size)
  }

  #place(tree: number, from: NaiveNode, node: number, depth: number): void {
    if (!from.split) {
      this.#seal(tree, node, depth, from.size)
      return
    }
    const at = this.#nodeAt(tree, node)
    this.#feature[at] = from.split.feature
    this.#value[at] = floorFloat32(from.split.value)
    this.#place(tree, from.split.left, node << 1, depth + 1)
    this.#place(tree, from.split.right, (node << 1) | 1, depth + 1)
  }
}

/** Largest float32 <= value: a float32 x is <= value exactly when it is <= this. */
function floorFloat32(value: number): number {
  const near = Math.fround(value)
  if (near <= value) return near
  const bits = new Int32Array(new Float32Array([near]).buffer)
  if (near === 0) return -1.401298464324817e-45
  bits[0] = (bits[0] as number) + (near > 0 ? -1 : 1)
  return new Float32Array(bits.buffer)[0] as number
}

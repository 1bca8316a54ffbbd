import { mulberry32 } from '../random.js'
import { float32, type NaiveNode } from './naive-tree.js'
import type { Peer, PeerOptions } from './peer.js'
import { growInto } from './typed-array-growth.js'
import { TypedArrayTrees } from './typed-array-trees.js'

/** The same algorithm as the WebAssembly forest's, in JavaScript typed arrays. */
export class TypedArrayForest implements Peer {
  readonly name = 'typed arrays'
  /** The 90th percentile of the training scores. */
  threshold = Number.NaN
  #trees = new TypedArrayTrees(0, 0)
  #row = new Float32Array(0)

  constructor(readonly options: PeerOptions) {}

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
    const { nTrees, seed } = this.options
    growInto(this.#trees, nTrees, subsampleSize, data, nFeatures, mulberry32(seed))
    this.#calibrate(data, nFeatures)
  }

  score(row: number[]): number {
    return this.#trees.score(this.#seen(row))
  }

  scoreBatch(rows: number[][]): Float64Array {
    const scores = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) scores[i] = this.score(rows[i] as number[])
    return scores
  }

  /** Σ h(x) over the trees: what must agree bit for bit. */
  totalPathLength(row: number[]): number {
    return this.#trees.totalPathLength(this.#seen(row))
  }

  /** The WebAssembly fit computes a table of confidences besides; this one is let off that. */
  #calibrate(data: Float32Array, nFeatures: number): void {
    const scores = new Float64Array(data.length / nFeatures)
    for (let i = 0; i < scores.length; i++) scores[i] = this.#trees.score(data, i * nFeatures)
    scores.sort()
    const position = 0.9 * (scores.length - 1)
    const below = Math.floor(position)
    const low = scores[below] as number
    this.threshold = low + ((scores[below + 1] ?? low) - low) * (position - below)
  }

  #allocate(subsampleSize: number, nFeatures: number): void {
    this.#trees = new TypedArrayTrees(this.options.nTrees, subsampleSize)
    this.#row = new Float32Array(nFeatures)
  }

  #seen(row: number[]): Float32Array {
    const seen = this.#row
    for (let f = 0; f < seen.length; f++) seen[f] = float32(row[f] as number)
    return seen
  }

  #place(tree: number, from: NaiveNode, node: number, depth: number): void {
    if (!from.split) {
      this.#trees.leaf(tree, node, depth, from.size)
      return
    }
    this.#trees.split(tree, node, from.split.feature, floorFloat32(from.split.value))
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

import type { RandomSource } from '../random.js'
import { CONSTANT_RANGE } from './naive-tree.js'
import type { TypedArrayTrees } from './typed-array-trees.js'

/** Grows all trees on row-major float32 rows: row numbers are partitioned in place, nothing is allocated a node. */
export function growInto(
  trees: TypedArrayTrees,
  nTrees: number,
  subsampleSize: number,
  data: Float32Array,
  nFeatures: number,
  random: RandomSource,
): void {
  const { height } = trees
  const nRows = data.length / nFeatures
  const permutation = Uint32Array.from({ length: nRows }, (_, i) => i)
  const low = new Float32Array(nFeatures)
  const high = new Float32Array(nFeatures)
  const varying = new Uint8Array(nFeatures)
  // One cell, because the sum must round to float32 as the features do.
  const widened = new Float32Array(1)

  function grow(tree: number, node: number, depth: number, first: number, end: number): void {
    const nVarying = end - first < 2 || depth === height ? 0 : scan(first, end)
    if (nVarying === 0) {
      trees.leaf(tree, node, depth, end - first)
      return
    }
    const feature = varying[random.below(nVarying)] as number
    const min = low[feature] as number
    const max = high[feature] as number
    const drawn = Math.fround(min + random.uniform() * (max - min))
    const value = drawn >= max ? min : drawn
    const middle = partition(first, end, feature, value)
    trees.split(tree, node, feature, value)
    grow(tree, node << 1, depth + 1, first, middle)
    grow(tree, (node << 1) | 1, depth + 1, middle, end)
  }

  function scan(first: number, end: number): number {
    low.fill(Number.POSITIVE_INFINITY)
    high.fill(Number.NEGATIVE_INFINITY)
    for (let i = first; i < end; i++) {
      const at = (permutation[i] as number) * nFeatures
      for (let f = 0; f < nFeatures; f++) {
        const x = data[at + f] as number
        if (x < (low[f] as number)) low[f] = x
        if (x > (high[f] as number)) high[f] = x
      }
    }
    let count = 0
    for (let f = 0; f < nFeatures; f++) {
      widened[0] = (low[f] as number) + CONSTANT_RANGE
      if ((high[f] as number) > (widened[0] as number)) varying[count++] = f
    }
    return count
  }

  function partition(first: number, end: number, feature: number, value: number): number {
    let left = first
    let right = end - 1
    while (left <= right) {
      const row = permutation[left] as number
      if ((data[row * nFeatures + feature] as number) <= value) {
        left++
      } else {
        permutation[left] = permutation[right] as number
        permutation[right--] = row
      }
    }
    return left
  }

  for (let tree = 0; tree < nTrees; tree++) {
    for (let i = 0; i < subsampleSize; i++) {
      const j = i + random.below(nRows - i)
      const row = permutation[j] as number
      permutation[j] = permutation[i] as number
      permutation[i] = row
    }
    grow(tree, 1, 0, 0, subsampleSize)
  }
}

import type { Arena } from './arena.js'
import type { ColumnScales } from './rows.js'

/**
 * A copy of one tree, as a complete binary tree: the root is node 0, and the children of node i are 2i+1, where a row
 * goes when its value is at most the split, and 2i+2. Where `size` is 0 there is no node; where `splitFeature` is -1 the
 * node is a leaf.
 */
export interface TreeView {
  /** Levels below the root, ceil(log2(max(ψ, 2))). */
  readonly height: number
  /** Number of the feature that is split on, Int16[nodes], nodes = 2^(height+1) - 1. */
  readonly splitFeature: Int16Array
  /** Split value, Float32[nodes], in the units of the rows; NaN where nothing is split. */
  readonly splitValue: Float32Array
  /** Rows of the sample that reached each node, Uint16[nodes]. */
  readonly size: Uint16Array
}

/** Copies tree number `tree` of a fitted slot. @internal */
export function viewTree(arena: Arena, slot: number, tree: number, scales: ColumnScales | null): TreeView {
  const { wasm, base } = arena
  const height = wasm.heightOf(base, slot)
  const nodes = 2 ** (height + 1) - 1
  const splitFeature = new Int16Array(nodes).fill(-1)
  const splitValue = new Float32Array(nodes).fill(Number.NaN)
  const size = new Uint16Array(nodes)
  for (let i = 0; i < nodes; i++) {
    // The module counts nodes from 1.
    size[i] = wasm.nodeSize(base, slot, tree, i + 1)
    const inner = 2 * i + 1 < nodes && wasm.nodeSize(base, slot, tree, 2 * i + 2) > 0
    if (!inner) continue
    const feature = wasm.splitFeature(base, slot, tree, i + 1)
    splitFeature[i] = feature
    const split = wasm.splitValue(base, slot, tree, i + 1)
    splitValue[i] =
      scales === null
        ? split
        : split / (scales.factors[feature] as number) + (scales.offsets[feature] as number)
  }
  return { height, splitFeature, splitValue, size }
}

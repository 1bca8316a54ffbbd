import type { Arena } from './arena.js'

/**
 * A copy of one tree: a complete binary tree with implicit children, node i's at 2i+1 (x <= split) and 2i+2.
 * Where `size` is 0 there is no node; where `splitFeature` is -1 the node is a leaf.
 */
export interface TreeView {
  readonly height: number
  /** Int16[nodes], nodes = 2^(height+1) - 1. */
  readonly splitFeature: Int16Array
  /** Float32[nodes]; NaN where nothing is split. */
  readonly splitValue: Float32Array
  /** Rows of the sample that reached each node, Uint16[nodes]. */
  readonly size: Uint16Array
}

/** @internal */
export function viewTree(arena: Arena, slot: number, tree: number): TreeView {
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
    splitFeature[i] = wasm.splitFeature(base, slot, tree, i + 1)
    splitValue[i] = wasm.splitValue(base, slot, tree, i + 1)
  }
  return { height, splitFeature, splitValue, size }
}

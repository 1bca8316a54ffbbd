// One tree of a slot, node by node: what growing, importing and exporting share.

import {
  check,
  H_LEAVES_AT,
  H_NODES,
  H_NODES_AT,
  H_PATH_TABLE,
  H_SIZES_AT,
  H_TREES,
  LANES,
  PAD_KEY,
  regionPtr,
  S_HEIGHT,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { fromKey, toKey } from './score'

// Address of node `node` of a tree in a region of `bytes` an element, `perLane` elements a lane and group.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function elementPtr(region: usize, tree: u32, node: u32, perLane: u32, bytes: usize): usize {
  return region + ((<usize>(tree / LANES) * perLane + node) * LANES + (tree % LANES)) * bytes
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function nodePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const nodes = word(base, H_NODES)
  check(tree < word(base, H_TREES) && node < nodes)
  return elementPtr(slotRegionPtr(base, slot, H_NODES_AT), tree, node, nodes, 8)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function sizePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const nodes = word(base, H_NODES) << 1
  check(tree < word(base, H_TREES) && node < nodes)
  return elementPtr(slotRegionPtr(base, slot, H_SIZES_AT), tree, node, nodes, 2)
}

/** Rows that reached a node while the tree was grown; 0 where there is no node. */
export function nodeSize(base: usize, slot: u32, tree: u32, node: u32): u32 {
  return load<u16>(sizePtr(base, slot, tree, node))
}

export function setNodeSize(base: usize, slot: u32, tree: u32, node: u32, size: u32): void {
  store<u16>(sizePtr(base, slot, tree, node), <u16>size)
}

export function setSplit(base: usize, slot: u32, tree: u32, node: u32, feature: u32, split: f32): void {
  const at = nodePtr(base, slot, tree, node)
  store<i32>(at, toKey(split))
  store<u32>(at, feature << 2, 4)
}

export function splitFeature(base: usize, slot: u32, tree: u32, node: u32): u32 {
  return load<u32>(nodePtr(base, slot, tree, node), 4) >> 2
}

export function splitValue(base: usize, slot: u32, tree: u32, node: u32): f32 {
  return fromKey(load<i32>(nodePtr(base, slot, tree, node)))
}

/** Forgets a tree: every node a pad node, no sizes. */
export function clearTree(base: usize, slot: u32, tree: u32): void {
  const nodes = word(base, H_NODES)
  const stride = <usize>8 * LANES
  let node = nodePtr(base, slot, tree, 0)
  let leaf = elementPtr(slotRegionPtr(base, slot, H_LEAVES_AT), tree, 0, nodes, 8)
  let size = sizePtr(base, slot, tree, 0)
  for (let i: u32 = 0; i < nodes; i++) {
    store<i32>(node, PAD_KEY)
    store<u32>(node, 0, 4)
    store<f64>(leaf, 0)
    store<u16>(size, 0)
    store<u16>(size, 0, 2 * LANES)
    node += stride
    leaf += stride
    size += 4 * LANES
  }
}

/**
 * Writes the path length of each leaf, depth + c(size), where a row that ends there arrives: a leaf above the
 * last level is reached through pad nodes, always to the left. A node is a leaf when it has no left child.
 */
export function sealTree(base: usize, slot: u32, tree: u32): void {
  const height = load<u32>(slotPtr(base, slot) + S_HEIGHT)
  const table = regionPtr(base, H_PATH_TABLE)
  const leaves = slotRegionPtr(base, slot, H_LEAVES_AT)
  const perLane = word(base, H_NODES)
  for (let depth: u32 = 0; depth <= height; depth++) {
    const firstNode: u32 = 1 << depth
    for (let node = firstNode; node < firstNode << 1; node++) {
      const size = nodeSize(base, slot, tree, node)
      if (size == 0 || (depth < height && nodeSize(base, slot, tree, node << 1) > 0)) continue
      const place = (node << (height - depth)) - (1 << height)
      store<f64>(
        elementPtr(leaves, tree, place, perLane, 8),
        <f64>depth + load<f64>(table + ((<usize>size) << 3)),
      )
    }
  }
}

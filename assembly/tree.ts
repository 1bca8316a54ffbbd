// One tree of a slot, node by node: what growing, importing and exporting share.

import {
  BLOCK_BYTES,
  blocksAbove,
  check,
  H_BLOCKS,
  H_BLOCKS_AT,
  H_LEAVES,
  H_PLACES_AT,
  H_SUBSAMPLE,
  H_TREES,
  LANES,
  PAD_KEY,
  S_HEIGHT,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { fromKey, toKey } from './score'

// Address of element `i` of a tree in a region of `bytes` an element, `perLane` elements a lane and group.
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function elementPtr(region: usize, tree: u32, i: u32, perLane: u32, bytes: usize): usize {
  return region + ((<usize>(tree / LANES) * perLane + i) * LANES + (tree % LANES)) * bytes
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function heightOf(base: usize, slot: u32): u32 {
  return load<u32>(slotPtr(base, slot) + S_HEIGHT)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function depthOf(node: u32): u32 {
  return 31 - clz(node)
}

/**
 * Where an inner node is: its block's address, and in the lowest two bits which of the three it is. In a tree of
 * odd height every node is one level further down than its number says, below the pad node at the top.
 */
function nodePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const height = heightOf(base, slot)
  check(tree < word(base, H_TREES) && node < 1 << height)
  const depth = depthOf(node)
  const across = node - (1 << depth)
  const level = depth + (height & 1)
  const lower = level & 1
  const block = blocksAbove(level >> 1) + (across >> lower)
  const blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  return elementPtr(blocks, tree, block, word(base, H_BLOCKS), BLOCK_BYTES) | (lower + (across & lower))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function keyPtr(node: usize): usize {
  return (node & ~3) + ((node & 3) << 2)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function featurePtr(node: usize): usize {
  return (node & ~3) + (node & 3) + 12
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function placePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const nodes = word(base, H_LEAVES) << 1
  check(tree < word(base, H_TREES) && node < nodes)
  return elementPtr(slotRegionPtr(base, slot, H_PLACES_AT), tree, node, nodes, 2)
}

/** Place in the path table of a depth and no rows; a node of this depth comes after it, a leaf above it before. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function placeOfDepth(base: usize, node: u32): u32 {
  return depthOf(node) * (word(base, H_SUBSAMPLE) + 1)
}

/** Rows that reached a node while the tree was grown; 0 where there is no node. */
export function nodeSize(base: usize, slot: u32, tree: u32, node: u32): u32 {
  const place = load<u16>(placePtr(base, slot, tree, node))
  return <u32>max(<i32>place - <i32>placeOfDepth(base, node), 0)
}

/** @param size 1 or more */
export function setNodeSize(base: usize, slot: u32, tree: u32, node: u32, size: u32): void {
  store<u16>(placePtr(base, slot, tree, node), <u16>(placeOfDepth(base, node) + size))
}

export function setSplit(base: usize, slot: u32, tree: u32, node: u32, feature: u32, split: f32): void {
  const at = nodePtr(base, slot, tree, node)
  store<i32>(keyPtr(at), toKey(split))
  store<u8>(featurePtr(at), <u8>feature)
}

export function splitFeature(base: usize, slot: u32, tree: u32, node: u32): u32 {
  return load<u8>(featurePtr(nodePtr(base, slot, tree, node)))
}

export function splitValue(base: usize, slot: u32, tree: u32, node: u32): f32 {
  return fromKey(load<i32>(keyPtr(nodePtr(base, slot, tree, node))))
}

/** Forgets a tree, or makes the lane of none one that every row walks down the left: all pad nodes, no places. */
export function clearTree(base: usize, slot: u32, tree: u32): void {
  const blocks = word(base, H_BLOCKS)
  let block = elementPtr(slotRegionPtr(base, slot, H_BLOCKS_AT), tree, 0, blocks, BLOCK_BYTES)
  for (let i: u32 = 0; i < blocks; i++) {
    v128.store(block, i32x4(PAD_KEY, PAD_KEY, PAD_KEY, 0))
    block += BLOCK_BYTES * LANES
  }
  const nodes = word(base, H_LEAVES) << 1
  let place = elementPtr(slotRegionPtr(base, slot, H_PLACES_AT), tree, 0, nodes, 2)
  for (let i: u32 = 0; i < nodes; i++) {
    store<u16>(place, 0)
    place += 2 * LANES
  }
}

/** Hands the place of each leaf down the left to where a row that ends there arrives. */
export function sealTree(base: usize, slot: u32, tree: u32): void {
  const inner: u32 = 1 << heightOf(base, slot)
  const top = placePtr(base, slot, tree, 0)
  for (let node: u32 = 1; node < inner; node++) {
    const here = top + (<usize>node) * (2 * LANES)
    const left = top + (<usize>node) * (4 * LANES)
    if (load<u16>(left) == 0) store<u16>(left, load<u16>(here))
  }
}

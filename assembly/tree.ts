// One tree of a slot, node by node: what growing, importing and exporting share. Nodes count from 1, the root; see the
// map in layout.ts.

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
  header,
  isWide,
  LANES,
  PAD_KEY,
  PLACE_BYTES,
  S_HEIGHT,
  slotPtr,
  slotRegionPtr,
  wideFeaturesPtr,
} from './layout'
import { fromKey, toKey } from './score'

/** Address of a tree's element `i` in a region that holds `perTree` elements of `bytes` each for every tree. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function elementPtr(region: usize, tree: u32, i: u32, perTree: u32, bytes: usize): usize {
  return region + ((<usize>(tree / LANES) * perTree + i) * LANES + (tree % LANES)) * bytes
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
 * Where an inner node is: its block's address, a multiple of 16, plus which of the block's three it is: 0 the node,
 * 1 its left child, 2 its right child. In a tree of odd height every node is one level further down than its depth,
 * below the pad node at the top.
 */
function nodePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const height = heightOf(base, slot)
  check(tree < header(base, H_TREES) && node < 1 << height)
  const depth = depthOf(node)
  const across = node - (1 << depth)
  const level = depth + (height & 1)
  const lower = level & 1
  const block = blocksAbove(level >> 1) + (across >> lower)
  const blocks = slotRegionPtr(base, slot, H_BLOCKS_AT)
  return elementPtr(blocks, tree, block, header(base, H_BLOCKS), BLOCK_BYTES) | (lower + (across & lower))
}

/** Address of a node's key, given what `nodePtr` gives. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function keyPtr(node: usize): usize {
  return (node & ~3) + ((node & 3) << 2)
}

/** Address of a node's feature number, given what `nodePtr` gives. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function featurePtr(node: usize): usize {
  return (node & ~3) + (node & 3) + 12
}

/** Address of a node's feature number among the wide ones, given what `nodePtr` gives. */
function wideFeaturePtr(base: usize, slot: u32, node: usize): usize {
  const distance = (node & ~3) - slotRegionPtr(base, slot, H_BLOCKS_AT)
  return wideFeaturesPtr(base, slot) + (distance >> 1) + ((node & 3) << 1)
}

/** Address of a node's place, u16. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function placePtr(base: usize, slot: u32, tree: u32, node: u32): usize {
  const nodes = header(base, H_LEAVES) << 1
  check(tree < header(base, H_TREES) && node < nodes)
  return elementPtr(slotRegionPtr(base, slot, H_PLACES_AT), tree, node, nodes, PLACE_BYTES)
}

/**
 * The place that a node of this depth and no rows would have. A node's own place comes after it; the place of a leaf
 * higher up, which a pad node has, comes before it.
 */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
function placeOfDepth(base: usize, node: u32): u32 {
  return depthOf(node) * (header(base, H_SUBSAMPLE) + 1)
}

/** Rows that reached a node while the tree was grown; 0 where there is no node. */
export function nodeSize(base: usize, slot: u32, tree: u32, node: u32): u32 {
  const place = load<u16>(placePtr(base, slot, tree, node))
  return <u32>max(<i32>place - <i32>placeOfDepth(base, node), 0)
}

/** @param size rows that reach the node, 1 or more */
export function setNodeSize(base: usize, slot: u32, tree: u32, node: u32, size: u32): void {
  store<u16>(placePtr(base, slot, tree, node), <u16>(placeOfDepth(base, node) + size))
}

/** Makes a node split: a row goes left when its value of the feature is at most `split`. */
export function setSplit(base: usize, slot: u32, tree: u32, node: u32, feature: u32, split: f32): void {
  const at = nodePtr(base, slot, tree, node)
  store<i32>(keyPtr(at), toKey(split))
  if (isWide(base)) store<u16>(wideFeaturePtr(base, slot, at), <u16>feature)
  else store<u8>(featurePtr(at), <u8>feature)
}

/** The feature of an inner node; of any other node it means nothing. */
export function splitFeature(base: usize, slot: u32, tree: u32, node: u32): u32 {
  const at = nodePtr(base, slot, tree, node)
  return isWide(base) ? <u32>load<u16>(wideFeaturePtr(base, slot, at)) : <u32>load<u8>(featurePtr(at))
}

/** The split value of an inner node; of any other node it means nothing. */
export function splitValue(base: usize, slot: u32, tree: u32, node: u32): f32 {
  return fromKey(load<i32>(keyPtr(nodePtr(base, slot, tree, node))))
}

/**
 * Makes a tree empty: all pad nodes, no places. In the last group a lane without a tree stays so; it is walked like
 * the others, down the left to place 0, which adds nothing to a sum.
 */
export function clearTree(base: usize, slot: u32, tree: u32): void {
  const blocks = header(base, H_BLOCKS)
  let block = elementPtr(slotRegionPtr(base, slot, H_BLOCKS_AT), tree, 0, blocks, BLOCK_BYTES)
  for (let i: u32 = 0; i < blocks; i++) {
    v128.store(block, i32x4(PAD_KEY, PAD_KEY, PAD_KEY, 0))
    block += BLOCK_BYTES * LANES
  }
  const nodes = header(base, H_LEAVES) << 1
  let place = elementPtr(slotRegionPtr(base, slot, H_PLACES_AT), tree, 0, nodes, PLACE_BYTES)
  for (let i: u32 = 0; i < nodes; i++) {
    store<u16>(place, 0)
    place += PLACE_BYTES * LANES
  }
}

/**
 * Completes a tree: copies the place of each leaf that is higher up down its left side, as far as the node of full height
 * at which a walk ends.
 */
export function sealTree(base: usize, slot: u32, tree: u32): void {
  const inner: u32 = 1 << heightOf(base, slot)
  const top = placePtr(base, slot, tree, 0)
  for (let node: u32 = 1; node < inner; node++) {
    const here = top + <usize>node * PLACE_BYTES * LANES
    const left = top + 2 * <usize>node * PLACE_BYTES * LANES
    if (load<u16>(left) == 0) store<u16>(left, load<u16>(here))
  }
}

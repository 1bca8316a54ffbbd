import type { IsolationForest, TreeView } from '#sentinel/forest/index.js'
import type { RandomSource } from '../random.js'

/** A node as the papers draw it. These objects are walked recursively: slow, and easy to believe. */
export interface NaiveNode {
  /** Training rows that reached the node. */
  size: number
  split?: { feature: number; value: number; left: NaiveNode; right: NaiveNode }
}

const FLOAT32_MAX = 3.4028234663852886e38
/** scikit-learn's FEATURE_THRESHOLD: a narrower range counts as constant. */
export const CONSTANT_RANGE = Math.fround(1e-7)

/** What the forest sees of a double: the nearest float32, clamped to the finite ones. */
export function float32(value: number): number {
  return Math.fround(Math.min(FLOAT32_MAX, Math.max(-FLOAT32_MAX, value)))
}

/** scikit-learn's `_average_path_length`. */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0
  if (n === 2) return 1
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n
}

/** Whether a feature is constant over these values, compared as scikit-learn does, in float32. */
export function isConstant(low: number, high: number): boolean {
  return !(high > Math.fround(low + CONSTANT_RANGE))
}

/** h(x): depth of the leaf plus c(rows in it). The row holds float32 values. */
export function pathLength(node: NaiveNode, row: readonly number[], depth = 0): number {
  const { split } = node
  if (!split) return depth + averagePathLength(node.size)
  const goesLeft = (row[split.feature] as number) <= split.value
  return pathLength(goesLeft ? split.left : split.right, row, depth + 1)
}

/** Adds to `phi` what each feature did to the path length: 1 + c(n_child) - c(n_node) a step. */
export function addSteps(node: NaiveNode, row: readonly number[], phi: number[]): void {
  const { split } = node
  if (!split) return
  const child = (row[split.feature] as number) <= split.value ? split.left : split.right
  phi[split.feature] =
    (phi[split.feature] as number) + 1 + averagePathLength(child.size) - averagePathLength(node.size)
  addSteps(child, row, phi)
}

/**
 * Grows a tree on float32 rows. Nodes are split level by level, left to right, because that is the order in
 * which the WebAssembly forest draws its random numbers: with the same source the trees are the same.
 */
export function growTree(rows: readonly number[][], heightLimit: number, random: RandomSource): NaiveNode {
  const root: NaiveNode = { size: rows.length }
  const queue = [{ node: root, rows, depth: 0 }]
  for (const { node, rows: here, depth } of queue) {
    if (here.length < 2 || depth === heightLimit) continue
    const ranges = (here[0] as number[]).map((_, feature) => range(here, feature))
    const varying = ranges.filter(({ low, high }) => !isConstant(low, high))
    if (varying.length === 0) continue
    const { feature, low, high } = varying[random.below(varying.length)] as Range
    const drawn = Math.fround(low + random.uniform() * (high - low))
    const value = drawn >= high ? low : drawn
    const lefts = here.filter((row) => (row[feature] as number) <= value)
    const rights = here.filter((row) => (row[feature] as number) > value)
    const left: NaiveNode = { size: lefts.length }
    const right: NaiveNode = { size: rights.length }
    node.split = { feature, value, left, right }
    queue.push({ node: left, rows: lefts, depth: depth + 1 }, { node: right, rows: rights, depth: depth + 1 })
  }
  return root
}

export interface Range {
  feature: number
  low: number
  high: number
}

/** Extremes of one feature over at least one row. */
export function range(rows: readonly number[][], feature: number): Range {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    low = Math.min(low, row[feature] as number)
    high = Math.max(high, row[feature] as number)
  }
  return { feature, low, high }
}

/** A tree of the library, read through its public view. A node without a left child is a leaf. */
export function treeFromView(view: TreeView, index = 0): NaiveNode {
  const node: NaiveNode = { size: view.size[index] as number }
  const left = 2 * index + 1
  if ((view.size[left] ?? 0) > 0) {
    node.split = {
      feature: view.splitFeature[index] as number,
      value: view.splitValue[index] as number,
      left: treeFromView(view, left),
      right: treeFromView(view, left + 1),
    }
  }
  return node
}

/** All trees of a fitted forest. */
export function treesOf(forest: IsolationForest): NaiveNode[] {
  return Array.from({ length: forest.nTrees }, (_, i) => treeFromView(forest.tree(i)))
}

import { expect } from 'vitest'
import { isConstant, type NaiveNode, range } from '../../made-up/peers/naive-tree.js'

/** Rows in all leaves together. */
export function leafRows(node: NaiveNode): number {
  return node.split ? leafRows(node.split.left) + leafRows(node.split.right) : node.size
}

/** Every feature that some node splits. */
export function usedFeatures(node: NaiveNode): number[] {
  const { split } = node
  return split ? [split.feature, ...usedFeatures(split.left), ...usedFeatures(split.right)] : []
}

/**
 * Routes all rows that a tree was grown on down the tree, and expects at every node: as many rows as it says;
 * at a split, min <= value < max of a feature that varies there; at a leaf, a reason to stop.
 */
export function checkTree(node: NaiveNode, rows: readonly number[][], heightLimit: number, depth = 0): void {
  expect(node.size).toBe(rows.length)
  const { split } = node
  if (!split) {
    const varying = (rows[0] ?? []).some((_, feature) => {
      const { low, high } = range(rows, feature)
      return !isConstant(low, high)
    })
    expect(depth === heightLimit || rows.length === 1 || !varying).toBe(true)
    return
  }
  expect(depth).toBeLessThan(heightLimit)
  const { low, high } = range(rows, split.feature)
  expect(isConstant(low, high)).toBe(false)
  expect(split.value).toBeGreaterThanOrEqual(low)
  expect(split.value).toBeLessThan(high)
  const goesLeft = (row: number[]) => (row[split.feature] as number) <= split.value
  checkTree(split.left, rows.filter(goesLeft), heightLimit, depth + 1)
  checkTree(
    split.right,
    rows.filter((row) => !goesLeft(row)),
    heightLimit,
    depth + 1,
  )
}

import type { IsolationForest } from 'codeflow-sentinel/forest'
import { TypedArrayTrees } from '../../../made-up/peers/typed-array-trees.js'
import type { TimingsAnswer } from './orders.js'

const MEASURE_MS = 150
const WARM_UP_PASSES = 5

/** Times scoring of these float32 rows: WebAssembly in batch and row by row, and JavaScript on the same trees. */
export function measure(forest: IsolationForest, rows: readonly Float32Array[]): TimingsAnswer {
  const javascript = copyOf(forest)
  const batch = { data: Float32Array.from(rows.flatMap((row) => [...row])), nRows: rows.length }
  const scores = forest.scoreBatch(batch)
  const differences = rows.map((row, index) => Math.abs(javascript.score(row) - (scores[index] as number)))
  return {
    kind: 'timings',
    wasmBatch: microsecondsARow(rows.length, () => forest.scoreBatch(batch)[0] as number),
    wasmSingle: microsecondsARow(rows.length, () => sum(rows, (row) => forest.score(row))),
    javascript: microsecondsARow(rows.length, () => sum(rows, (row) => javascript.score(row))),
    largestDifference: Math.max(...differences),
  }
}

/** The same trees for JavaScript. */
export function copyOf(forest: IsolationForest): TypedArrayTrees {
  const trees = new TypedArrayTrees(forest.nTrees, forest.subsampleSize)
  for (let tree = 0; tree < forest.nTrees; tree++) {
    const { splitFeature, splitValue, size } = forest.tree(tree)
    // The view counts nodes from 0, the layout from 1.
    const copyNode = (node: number, depth: number): void => {
      const seen = node - 1
      const feature = splitFeature[seen] as number
      if (feature === -1) {
        trees.leaf(tree, node, depth, size[seen] as number)
        return
      }
      trees.split(tree, node, feature, splitValue[seen] as number)
      copyNode(2 * node, depth + 1)
      copyNode(2 * node + 1, depth + 1)
    }
    copyNode(1, 0)
  }
  return trees
}

function microsecondsARow(nRows: number, pass: () => number): number {
  // What passes return is added up and looked at, so that no engine can leave them out.
  let total = 0
  for (let i = 0; i < WARM_UP_PASSES; i++) total += pass()
  const startedMs = performance.now()
  let passes = 0
  let elapsedMs = 0
  do {
    total += pass()
    passes += 1
    elapsedMs = performance.now() - startedMs
  } while (elapsedMs < MEASURE_MS)
  if (Number.isNaN(total)) throw new Error('a score is no number')
  return (1000 * elapsedMs) / (passes * nRows)
}

function sum(rows: readonly Float32Array[], score: (row: Float32Array) => number): number {
  let total = 0
  for (const row of rows) total += score(row)
  return total
}

import type { Arena } from './arena.js'

/** Features that the module's own attribution can tell apart: as many as a block of a tree numbers by a byte. */
const NARROW_FEATURES = 256

/** A score and what each feature adds to it. */
export interface InsideAttribution {
  readonly score: number
  /** Bits by feature, f64[nFeatures]. */
  readonly contributions: Float64Array
}

/**
 * Scores the row in the arena's row region, which becomes keys, and says what each feature adds to the score. Of more
 * features than the module tells apart the trees are walked here, node by node.
 */
export function attributeRow(arena: Arena, slot: number): InsideAttribution {
  const { wasm, base } = arena
  if (arena.shape.nFeatures > NARROW_FEATURES) return attributeWide(arena, slot)
  const score = wasm.attribute(base, slot)
  return { score, contributions: arena.contributions.slice() }
}

function attributeWide(arena: Arena, slot: number): InsideAttribution {
  const { wasm, base } = arena
  const { nFeatures, nTrees } = arena.shape
  const row = arena.row.slice()
  const score = wasm.score(base, slot)
  const steps = new Float64Array(nFeatures)
  for (let tree = 0; tree < nTrees; tree++) addSteps(arena, slot, tree, row, steps)
  const normalizer = nTrees * wasm.averagePathLength(wasm.subsampleOf(base, slot))
  const contributions = normalizer === 0 ? new Float64Array(nFeatures) : steps.map((sum) => -sum / normalizer)
  return { score, contributions }
}

/** Adds to each feature's sum what the steps on it along the row's path through a tree are worth. */
function addSteps(arena: Arena, slot: number, tree: number, row: Float32Array, sums: Float64Array): void {
  const { wasm, base } = arena
  const firstLeaf = 2 ** wasm.heightOf(base, slot)
  let node = 1
  let here = wasm.averagePathLength(wasm.nodeSize(base, slot, tree, node))
  while (node < firstLeaf && wasm.nodeSize(base, slot, tree, 2 * node) > 0) {
    const feature = wasm.splitFeature(base, slot, tree, node)
    const right = (row[feature] as number) > wasm.splitValue(base, slot, tree, node)
    node = 2 * node + (right ? 1 : 0)
    const there = wasm.averagePathLength(wasm.nodeSize(base, slot, tree, node))
    sums[feature] = (sums[feature] as number) + 1 + there - here
    here = there
  }
}

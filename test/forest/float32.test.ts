import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { isConstant, treesOf } from '../../made-up/peers/naive-tree.js'
import { builds, createForest, source } from './builds.js'

const SMALLEST = 1.401298464324817e-45

/** The float32 neighbours of a float32 value. */
function neighbours(value: number): [number, number] {
  if (value === 0) return [-SMALLEST, SMALLEST]
  const float = new Float32Array([value])
  const bits = new Int32Array(float.buffer)
  const step = (by: number) => {
    bits[0] = (bits[0] as number) + by
    return float[0] as number
  }
  const one = step(1)
  const other = step(-2)
  return one < other ? [one, other] : [other, one]
}

/** One tree of four rows that splits at the threshold: one row left, three right. */
function stump(threshold: number) {
  return {
    n_features: 1,
    max_samples: 4,
    contamination: 'auto' as const,
    offset: -0.5,
    trees: [
      {
        children_left: [1, -1, -1],
        children_right: [2, -1, -1],
        feature: [0, -2, -2],
        threshold: [threshold, -2, -2],
        n_node_samples: [4, 1, 3],
      },
    ],
  }
}

// Where float32 rounds is where two forests that agree elsewhere come apart.
describe.each(builds)('float32 in the $name build', (build) => {
  it.each([0.1, -0.1, 0.3, -0.7, 1 / 3, -1e-3, 1e-46, -1e-46, 0, 16777217, 1e20, 123.456])(
    'sends rows around the float64 threshold %d as the float64 comparison does',
    async (threshold) => {
      const forest = await IsolationForest.fromScikitLearn(stump(threshold), source(build))
      const left = forest.score([-3e38])
      const right = forest.score([3e38])
      expect(left).not.toBe(right)
      const near = Math.fround(threshold)
      for (const x of [near, ...neighbours(near), 0, -0]) {
        expect(forest.score([x])).toBe(x <= threshold ? left : right)
      }
    },
  )

  it.each([
    [0, 9e-8],
    [0, 1e-7],
    [0, 1.05e-7],
    [0, 2e-7],
    [1, neighbours(1)[1]],
    [1, neighbours(neighbours(1)[1])[1]],
    [0.5, neighbours(0.5)[1]],
    [-1, neighbours(-1)[1]],
    [16, neighbours(16)[1]],
    [-5e-8, 5e-8],
  ])('takes %d and %d for constant exactly when scikit-learn does', async (one, other) => {
    const low = Math.fround(one)
    const high = Math.fround(other)
    const forest = await createForest(build, { nFeatures: 1, nTrees: 3 })
    for (const { split } of treesOf(forest.fit([[low], [high]]))) {
      expect(split === undefined).toBe(isConstant(low, high))
    }
  })

  it('splits neighbouring values at the lower one, although rounding can land on the upper', async () => {
    for (const low of [16, 16777216, -3e38, 1e30]) {
      const [, high] = neighbours(Math.fround(low))
      const forest = await createForest(build, { nFeatures: 1, nTrees: 50 })
      for (const { split } of treesOf(forest.fit([[low], [high]]))) {
        expect(split).toMatchObject({ value: Math.fround(low), left: { size: 1 }, right: { size: 1 } })
      }
    }
  })
})

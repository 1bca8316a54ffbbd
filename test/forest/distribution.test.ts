import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { mulberry32 } from '../../made-up/random.js'
import { gaussianRows, telemetryRows } from '../../made-up/rows.js'
import { builds, createForest } from './builds.js'
import { rms } from './rms.js'

// Everything is seeded, so these are fixed numbers with a margin, not chances to fail.
describe.each(builds)('what chance decides in the $name build', (build) => {
  it.each([
    ['telemetry', telemetryRows(1000, 3)],
    ['gaussian', gaussianRows(500, 6, 4)],
  ] as const)(
    'scores %s rows as an independent trainer does, up to what a new seed changes',
    async (_, rows) => {
      const nFeatures = rows[0]?.length ?? 0
      const independent = [1, 2].map((seed) => {
        const random = mulberry32(seed)
        const forest = NaiveForest.grow(rows, { nTrees: 200, subsampleSize: 256, randomOfTree: () => random })
        return rows.map((row) => forest.score(row))
      })
      const forest = (await createForest(build, { nFeatures, nTrees: 200, seed: 5 })).fit(rows)
      const [one = [], other = []] = independent
      expect(rms(forest.scoreBatch(rows), one)).toBeLessThan(1.5 * rms(one, other))
    },
  )

  it('splits the root on every varying feature equally often, at values uniform over its range', async () => {
    const nTrees = 1000
    const rows = Array.from({ length: 64 }, (_, i) => [i, i * i, 1, Math.exp(i / 10), -i])
    const forest = await createForest(build, { nFeatures: 5, nTrees, subsampleSize: 64, seed: 9 })
    const roots = treesOf(forest.fit(rows)).flatMap(({ split }) => (split ? [split] : []))
    expect(roots).toHaveLength(nTrees)
    for (const feature of [0, 1, 3, 4]) {
      const column = rows.map((row) => row[feature] as number)
      const low = Math.min(...column)
      const high = Math.max(...column)
      const shares = roots
        .filter((split) => split.feature === feature)
        .map(({ value }) => (value - low) / (high - low))
        .sort((a, b) => a - b)
      // Binomial(1000, 1/4): four standard deviations.
      expect(Math.abs(shares.length - nTrees / 4)).toBeLessThan(4 * Math.sqrt(nTrees * 0.25 * 0.75))
      // Kolmogorov and Smirnov: 1.95/sqrt(n) is passed once in a thousand.
      const gaps = shares.map((share, i) =>
        Math.max(share - i / shares.length, (i + 1) / shares.length - share),
      )
      expect(Math.max(...gaps)).toBeLessThan(1.95 / Math.sqrt(shares.length))
    }
  })

  it.each([0, 1, 31, 32, 63, 99])('draws row %i of 100 for a share ψ/n of the trees', async (odd) => {
    const nTrees = 1000
    const rows = Array.from({ length: 100 }, (_, i) => [i === odd ? 1 : 0])
    const forest = await createForest(build, { nFeatures: 1, nTrees, subsampleSize: 32, seed: 11 + odd })
    // Only the odd row makes the feature vary, so a tree is split exactly when it drew that row.
    const drawn = treesOf(forest.fit(rows)).filter(({ split }) => split)
    expect(Math.abs(drawn.length - nTrees * 0.32)).toBeLessThan(4 * Math.sqrt(nTrees * 0.32 * 0.68))
    // Without replacement: where it was drawn, it was drawn once.
    for (const tree of drawn) expect(tree.split?.right.size).toBe(1)
  })

  it('draws every row when ψ is the number of rows', async () => {
    const forest = await createForest(build, { nFeatures: 1, nTrees: 200, subsampleSize: 50 })
    forest.fit(Array.from({ length: 50 }, (_, i) => [i === 17 ? 1 : 0]))
    expect(treesOf(forest).every(({ split }) => split?.right.size === 1)).toBe(true)
  })
})

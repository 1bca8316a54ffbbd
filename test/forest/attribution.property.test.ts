import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { builds, createForest } from './builds.js'
import { guardsIntact } from './guards.js'
import { sample, seeded } from './samples.js'

describe.each(builds)('contributions of the $name build', (build) => {
  it('are bits that add up to the score: s = 2^(-1 + Σ b_f)', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        for (const row of [...rows, ...probes]) {
          const { score, contributions } = forest.attribute(row)
          expect(score).toBe(forest.score(row))
          expect(contributions).toHaveLength(options.nFeatures)
          const bits = contributions.reduce((sum, b) => sum + b, -1)
          expect(Math.abs(score - 2 ** bits)).toBeLessThan(1e-9)
        }
        expect(guardsIntact(forest.arena)).toBe(true)
      }),
      seeded(60),
    )
  })

  it('are those of a naive walk, feature by feature', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const naive = new NaiveForest(treesOf(forest), forest.subsampleSize)
        for (const row of [...rows, ...probes]) {
          const { contributions } = forest.attribute(row)
          naive.contributions(row).forEach((bits, f) => {
            expect(contributions[f]).toBeCloseTo(bits, 10)
          })
        }
      }),
      seeded(40),
    )
  })

  it('of a feature that is constant are nothing', async () => {
    const forest = await createForest(build, { nFeatures: 3 })
    forest.fit([...Array(100).keys()].map((i) => [i, 5, (i * 31) % 17]))
    expect(Math.abs(forest.attribute([500, 900, 3]).contributions[1] as number)).toBe(0)
  })

  it('blame the feature that is out of line', async () => {
    const forest = await createForest(build, { nFeatures: 3 })
    forest.fit([...Array(300).keys()].map((i) => [i % 20, (i * 7) % 23, (i * 31) % 17]))
    const { contributions } = forest.attribute([10, 400, 8])
    expect(contributions[1]).toBeGreaterThan(Math.max(contributions[0] as number, contributions[2] as number))
    expect(contributions[1]).toBeGreaterThan(0)
  })
})

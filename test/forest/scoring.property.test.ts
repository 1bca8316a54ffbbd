import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { packed } from '../../made-up/rows.js'
import { builds, createForest } from './builds.js'
import { guardsIntact } from './guards.js'
import { finite, sample, seeded } from './samples.js'

describe.each(builds)('scores of the $name build', (build) => {
  it('lie in (0, 1], in a batch as one by one, whatever the shape the rows come in', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const all = [...rows, ...probes]
        const single = all.map((row) => forest.score(row))
        for (const score of single) {
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThanOrEqual(1)
        }
        expect([...forest.scoreBatch(all)]).toEqual(single)
        expect([...forest.scoreBatch(packed(all))]).toEqual(single)
        expect(guardsIntact(forest.arena)).toBe(true)
      }),
      seeded(60),
    )
  })

  it('do not depend on the order of the batch', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.nat(), async ({ options, rows, probes }, turn) => {
        const forest = (await createForest(build, options)).fit(rows)
        const all = [...rows, ...probes]
        const by = turn % all.length
        const turned = [...all.slice(by), ...all.slice(0, by)]
        const scores = [...forest.scoreBatch(all)]
        expect([...forest.scoreBatch(turned)]).toEqual([...scores.slice(by), ...scores.slice(0, by)])
      }),
      seeded(40),
    )
  })

  it('agree with a naive walk of the same trees, tree by tree', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const naive = new NaiveForest(treesOf(forest), forest.subsampleSize)
        for (const row of [...rows, ...probes]) expect(forest.score(row)).toBeCloseTo(naive.score(row), 12)
      }),
      seeded(60),
    )
  })

  it('of a value beyond float32 equal those of the largest float32', async () => {
    const forest = await createForest(build, { nFeatures: 2, nTrees: 10 })
    forest.fit([...Array(50).keys()].map((i) => [i, -i]))
    expect(forest.score([1e300, -1e300])).toBe(forest.score([3.4028234663852886e38, -3.4028234663852886e38]))
  })

  it('need no more rows than one batch pass takes: any number of rows scores as one by one', async () => {
    const forest = await createForest(build, { nFeatures: 5, nTrees: 6, subsampleSize: 32 })
    forest.fit([...Array(100).keys()].map((i) => [i, i % 7, -i, i * i, 1]))
    for (const n of [0, 1, 255, 256, 257, 511, 513, 1000]) {
      const rows = [...Array(n).keys()].map((i) => [i % 120, i % 9, -i % 101, i, i % 2])
      expect([...forest.scoreBatch(rows)]).toEqual(rows.map((row) => forest.score(row)))
    }
    expect(guardsIntact(forest.arena)).toBe(true)
  })

  it('accept any finite double in training and scoring', async () => {
    const columns = fc.array(fc.tuple(finite, finite, finite), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(columns, async (rows) => {
        const forest = (await createForest(build, { nFeatures: 3, nTrees: 5 })).fit(rows)
        for (const score of forest.scoreBatch(rows)) expect(score > 0 && score <= 1).toBe(true)
        expect(Number.isFinite(forest.threshold)).toBe(true)
      }),
      seeded(40),
    )
  })
})

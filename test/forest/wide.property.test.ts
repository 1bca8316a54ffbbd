import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IsolationForest, type ScikitLearnForest } from '#sentinel/forest/index.js'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { gaussianRows } from '../../made-up/rows.js'
import { builds, createForest, source } from './builds.js'
import { readFixture, SOME_FEATURES } from './fixture.js'
import { guardsIntact } from './guards.js'
import { seeded } from './samples.js'
import { signed } from './signed.js'

/** Shapes on both sides of what a byte can number, with trees of odd and even height. */
const shape = fc.record({
  nFeatures: fc.constantFrom(254, 255, 256, 257, 700),
  nTrees: fc.integer({ min: 1, max: 13 }),
  subsampleSize: fc.constantFrom(2, 9, 20, 33),
  seed: fc.nat(),
})

/** A row with further columns, all alike, after its first `at` ones. */
const widened = (row: readonly number[], at: number, by: number): number[] => [
  ...row.slice(0, at),
  ...new Array<number>(by).fill(5),
  ...row.slice(at),
]

describe.each(builds)('more features than a byte can number, in the $name build', (build) => {
  it('are walked as a naive forest walks them, alone and in a batch, and explained feature by feature', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (options) => {
        const rows = gaussianRows(40, options.nFeatures, options.seed)
        const forest = (await createForest(build, options)).fit(rows)
        const naive = new NaiveForest(treesOf(forest), forest.subsampleSize)
        const scores = rows.map((row) => forest.score(row))
        expect([...forest.scoreBatch(rows)]).toEqual(scores)
        for (const [i, row] of rows.slice(0, 8).entries()) {
          expect(scores[i]).toBeCloseTo(naive.score(row), 12)
          const { score, contributions } = forest.attribute(row)
          expect(score).toBe(scores[i])
          const misses = naive
            .contributions(row)
            .map((bits, f) => Math.abs((contributions[f] as number) - bits))
          expect(Math.max(...misses)).toBeLessThan(5e-11)
        }
        expect(guardsIntact(forest.arena)).toBe(true)
      }),
      seeded(12),
    )
  })

  it('come back from bytes, also into a slot that held another forest', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (options) => {
        const rows = gaussianRows(40, options.nFeatures, options.seed)
        const forest = (await createForest(build, options)).fit(rows.slice(20)).fit(rows)
        const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
        expect(copy.scoreBatch(rows)).toEqual(forest.scoreBatch(rows))
        expect(Buffer.compare(copy.toBytes(), forest.toBytes())).toBe(0)
      }),
      seeded(12),
    )
  })

  it('score to the bit as fewer do that vary alike: columns that never vary change nothing', async () => {
    const rows = gaussianRows(150, 200, 3)
    const options = { nTrees: 25, subsampleSize: 100 }
    const narrow = (await createForest(build, { ...options, nFeatures: 200 })).fit(rows)
    const wide = (await createForest(build, { ...options, nFeatures: 320 })).fit(
      rows.map((row) => widened(row, 77, 120)),
    )
    expect(wide.threshold).toBe(narrow.threshold)
    for (const row of rows) {
      const { score, contributions } = wide.attribute(widened(row, 77, 120))
      const expected = narrow.attribute(row)
      expect(score).toBe(expected.score)
      const varying = contributions.filter((_, f) => f < 77 || f >= 197)
      const misses = varying.map((bits, f) => Math.abs(bits - (expected.contributions[f] as number)))
      expect(Math.max(...misses)).toBeLessThan(5e-13)
    }
  })
})

describe('the widest forest', () => {
  const build = builds[0] as (typeof builds)[number]

  it('has 4,096 features, and sees which of them is odd', async () => {
    const rows = gaussianRows(300, 4096, 5)
    const forest = (await createForest(build, { nFeatures: 4096, nTrees: 40 })).fit(rows)
    const odd = rows[0]?.map((value, f) => (f >= 4000 ? value + 30 : value)) as number[]
    const { score, contributions } = forest.attribute(odd)
    expect(score).toBeGreaterThan(forest.score(rows[0] as number[]))
    const outside = contributions.slice(0, 4000).reduce((sum, bits) => sum + bits, 0)
    const inside = contributions.slice(4000).reduce((sum, bits) => sum + bits, 0)
    expect(inside).toBeGreaterThan(outside)
    expect(guardsIntact(forest.arena)).toBe(true)
  })

  it('comes from scikit-learn as narrower ones do', async () => {
    const doc = readFixture(SOME_FEATURES)
    const columns = [7, 255, 299]
    const wide = (row: readonly number[]): number[] =>
      Array.from({ length: 300 }, (_, f) => row[columns.indexOf(f)] ?? 1)
    const forest = await IsolationForest.fromScikitLearn(
      {
        ...doc,
        n_features: 300,
        train: doc.train.map(wide),
        estimators_features: doc.estimators_features?.map((tree) => tree.map((f) => columns[f] as number)),
      } as ScikitLearnForest,
      source(build),
    )
    doc.test.forEach((row, i) => {
      expect(Math.abs(forest.score(wide(row)) + (doc.score_samples[i] as number))).toBeLessThan(1e-6)
    })
  })

  it.each([
    ['a feature beyond the last one', (view: DataView, at: number) => view.setUint16(at, 300, true)],
    ['no rows to the left', (view: DataView, at: number) => view.setUint16(at + 6, 0, true)],
  ])('is refused from bytes that have %s', async (_, forge) => {
    const forest = (await createForest(build, { nFeatures: 300, nTrees: 2, subsampleSize: 16 })).fit(
      gaussianRows(30, 300, 1),
    )
    const bytes = forest.toBytes()
    const firstTree = 56 + 8 * 30
    forge(new DataView(bytes.buffer), firstTree)
    await expect(IsolationForest.fromBytes(signed(bytes), source(build))).rejects.toThrow(
      /tree 0 has a node that cannot be/,
    )
  })
})

import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { gaussian, mulberry32 } from '../../made-up/random.js'
import { builds, createForest, source } from './builds.js'

const random = mulberry32(51)
const rows = Array.from({ length: 1000 }, () => [100 * Math.exp(0.4 * gaussian(random)), gaussian(random), 0])
const build = builds[0] as (typeof builds)[number]
const fitted = async (rangeExtension: boolean): Promise<IsolationForest> =>
  (await createForest(build, { nFeatures: 3, contamination: 0.01, rangeExtension })).fit(rows)

describe('a score that goes on growing beyond the range of the training rows', () => {
  it('is the same within it', async () => {
    const [plain, extended] = [await fitted(false), await fitted(true)]
    expect(extended.scoreBatch(rows)).toEqual(plain.scoreBatch(rows))
    expect(extended.threshold).toBe(plain.threshold)
  })

  it.each([
    ['a latency of 1,000,000 at a median of 100', [1e6, 0, 0]],
    ['a fall to -1,000,000', [-1e6, 0, 0]],
    ['1,000 errors where there never were any', [100, 0, 1000]],
    ['one error where there never were any', [100, 0, 1]],
  ])('sees %s', async (_, row) => {
    const forest = await fitted(true)
    expect(forest.isAnomaly(row)).toBe(true)
    const { score, contributions } = forest.attribute(row)
    expect(score).toBe(forest.score(row))
    expect(forest.scoreBatch([row])[0]).toBe(score)
    expect(2 ** (-1 + contributions.reduce((sum, bits) => sum + bits, 0))).toBeCloseTo(score, 12)
  })

  it('sees 1e6 sigma in one of ten features', async () => {
    const ten = Array.from({ length: 800 }, () => Array.from({ length: 10 }, () => gaussian(random)))
    const forest = (await createForest(build, { nFeatures: 10, rangeExtension: true })).fit(ten)
    for (let f = 0; f < 10; f++)
      expect(forest.isAnomaly(Array.from({ length: 10 }, (_, i) => (i === f ? 1e6 : 0)))).toBe(true)
  })

  it('rises strictly, and comes back from bytes', async () => {
    const forest = await fitted(true)
    const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
    const probes = [1e3, 1e4, 1e6, 1e9, 1e30].map((latency) => [latency, 0, 0])
    const scores = [...forest.scoreBatch(probes)]
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1] as number)
    expect([...copy.scoreBatch(probes)]).toEqual(scores)
  })
})

import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { gaussian, mulberry32 } from '../../made-up/random.js'
import { builds, createForest, source } from './builds.js'

const random = mulberry32(31)
const normals = Array.from({ length: 600 }, () => [gaussian(random), gaussian(random)] as const)

describe.each(builds)('columns that would vanish in float32, in the $name build', (build) => {
  const columns: readonly [string, (z: number) => number, number][] = [
    ['amounts of 1e-9', (z) => 1e-9 * (1 + 0.1 * z), 3e-9],
    ['a minute in ms since 1970', (z) => 1.7e12 + 60_000 * z, 1.7e12 + 3_600_000],
    ['a large number and a small change', (z) => 5e8 + z, 5e8 + 40],
    ['values beyond float32', (z) => 1e40 * (2 + 0.1 * z), 9e40],
  ]

  it.each(columns)('%s are told apart as the same values of ordinary size are', async (_, value, odd) => {
    const forest = await createForest(build, { nFeatures: 2, contamination: 0.05, scaleColumns: true })
    forest.fit(normals.map(([z, other]) => [value(z), other]))
    expect(forest.degenerateFeatures).toEqual([])
    expect(forest.isAnomaly([odd, 2])).toBe(true)
    expect(forest.isAnomaly([value(0), 0])).toBe(false)
    expect(forest.score([odd, 0])).toBeGreaterThan(forest.score([value(0), 0]) + 0.1)
    const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
    const probes = [[odd, 0], [value(0.3), 1], ...normals.map(([z, other]) => [value(z), other])]
    expect(copy.scoreBatch(probes)).toEqual(forest.scoreBatch(probes))
    expect(copy.scoreBatch(probes)[0]).toBe(copy.score([odd, 0]))
    expect(Buffer.compare(copy.toBytes(), forest.toBytes())).toBe(0)
    const splits = Array.from({ length: 100 }, (_, tree) => forest.tree(tree)).flatMap(
      ({ splitFeature, splitValue }) => [...splitValue].filter((_, node) => splitFeature[node] === 0),
    )
    const [low, high] = [value(-6), value(6)].map(Math.fround) as [number, number]
    expect(splits.every((split) => split >= low && split <= high)).toBe(true)
  })

  it('are constant where they are not to be scaled, and said to be', async () => {
    const forest = await createForest(build, { nFeatures: 3, scaleColumns: false })
    forest.fit(normals.map(([z, other]) => [1e-9 * z, other, 7]))
    expect(forest.degenerateFeatures).toEqual([0, 2])
    expect(forest.score([1, 0, 7])).toBe(forest.score([0, 0, 7]))
  })

  it('leave all others as they are, bit for bit', async () => {
    const rows = normals.map(([z, other]) => [100 + z, Math.round(1000 * other)])
    const scaled = (await createForest(build, { nFeatures: 2, scaleColumns: true })).fit(rows)
    const plain = (await createForest(build, { nFeatures: 2, scaleColumns: false })).fit(rows)
    expect(Buffer.compare(scaled.toBytes(), plain.toBytes())).toBe(0)
  })

  it('refuse what is no finite number as others do', async () => {
    const forest = await createForest(build, { nFeatures: 1, scaleColumns: true })
    forest.fit([[1e-9], [2e-9], [3e-9]])
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, '1e-9', null])
      expect(() => forest.score([wrong as number])).toThrow(/feature 0 is .* it must be a finite number/)
  })
})

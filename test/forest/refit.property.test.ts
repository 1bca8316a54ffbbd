import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { float32 } from '../../made-up/peers/naive-tree.js'
import { gaussianRows } from '../../made-up/rows.js'
import { builds, createForest, source } from './builds.js'
import { readFixture } from './fixture.js'
import { guardsIntact } from './guards.js'
import { sample, seeded } from './samples.js'

describe.each(builds)('a forest of the $name build', (build) => {
  it('moves to another contamination as if it had been fitted with it', async () => {
    const contamination = fc.oneof(
      fc.constant('auto' as const),
      fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    )
    await fc.assert(
      fc.asyncProperty(sample, contamination, async ({ options, rows }, other) => {
        const moved = (await createForest(build, options)).fit(rows).setContamination(other)
        const fitted = (await createForest(build, { ...options, contamination: other })).fit(rows)
        expect(moved.threshold).toBe(fitted.threshold)
        expect(Buffer.compare(moved.toBytes(), fitted.toBytes())).toBe(0)
      }),
      seeded(40),
    )
  })

  it('is the same from arrays, typed rows, float32 and float64', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const seen = rows.map((row) => row.map(float32))
        const data = Float32Array.from(seen.flat())
        const shapes = [seen, seen.map((row) => Float32Array.from(row)), { data, nRows: rows.length }]
        const expected = (await createForest(build, options)).fit(rows).toBytes()
        for (const shape of shapes) {
          const bytes = (await createForest(build, options)).fit(shape).toBytes()
          expect(Buffer.compare(bytes, expected)).toBe(0)
        }
      }),
      seeded(30),
    )
  })

  it('read from bytes can be fitted again, on more rows than it had', async () => {
    const options = { nFeatures: 3, nTrees: 8, seed: 4 }
    const rows = gaussianRows(700, 3, 5)
    const first = (await createForest(build, options)).fit(rows.slice(0, 20))
    const copy = await IsolationForest.fromBytes(first.toBytes(), source(build))
    const expected = (await createForest(build, options)).fit(rows)
    expect(Buffer.compare(copy.fit(rows).toBytes(), expected.toBytes())).toBe(0)
    expect(guardsIntact(copy.arena)).toBe(true)
  })

  it('imported from scikit-learn can be fitted again', async () => {
    const doc = readFixture('telemetry')
    const forest = await IsolationForest.fromScikitLearn(doc, source(build))
    const again = forest.fit(doc.train)
    expect(Math.abs(again.threshold + doc.offset)).toBeLessThan(0.03)
    expect(guardsIntact(forest.arena)).toBe(true)
  })

  it('takes no memory for fits that it refuses', async () => {
    const forest = await createForest(build, { nFeatures: 2 })
    const rows = [...gaussianRows(3000, 2, 1), [0, Number.NaN]]
    const before = forest.arena.memory.buffer.byteLength
    for (let i = 0; i < 5; i++) expect(() => forest.fit(rows)).toThrow(/row 3000\b.*feature 1\b/)
    expect(forest.arena.memory.buffer.byteLength).toBe(before)
  })
})

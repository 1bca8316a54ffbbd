import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averagePathLength } from '../../made-up/peers/naive-tree.js'
import { builds, createForest } from '../forest/builds.js'
import { seeded } from '../forest/samples.js'

describe.each(builds)('arithmetic of the $name build', async (build) => {
  const { wasm } = (await createForest(build, { nFeatures: 1, nTrees: 1 })).arena

  it('has the average path length of every subsample size', () => {
    for (let n = 0; n <= 4096; n++) expect(wasm.averagePathLength(n)).toBeCloseTo(averagePathLength(n), 12)
  })

  it('has powers of two that are exact at integers and within 1e-15 between', () => {
    for (let n = 0; n <= 1022; n++) expect(wasm.exp2(-n)).toBe(2 ** -n)
    fc.assert(
      fc.property(fc.double({ min: -1021, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(wasm.exp2(x) / 2 ** x - 1)).toBeLessThan(1e-15)
      }),
      seeded(2000),
    )
  })

  it('has logarithms within 1e-15 of their size', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const expected = Math.log(x)
        expect(Math.abs(wasm.ln(x) - expected)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(expected)))
      }),
      seeded(2000),
    )
  })
})

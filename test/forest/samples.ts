import fc from 'fast-check'
import type { ForestOptions } from '#sentinel/forest/index.js'
import { extent } from '../chaos/extent.js'

/** Every property run is the same run: a failure names its counterexample, and it stays one. */
export const seeded = (numRuns: number) => ({
  seed: 20261122,
  numRuns: extent(numRuns, Math.ceil(numRuns / 2)),
})

/** Any finite double: beyond float32, subnormal, both zeros, and plenty of equal small numbers. */
export const finite = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 3, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      0,
      -0,
      5e-324,
      1e-45,
      1e-7,
      3.5e38,
      -3.5e38,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
    ),
  },
)

export interface Sample {
  options: ForestOptions
  rows: number[][]
  /** Rows that were not trained on. */
  probes: number[][]
}

/** Small data of every shape: one row, equal rows, constant columns, more features than one SIMD block holds. */
export const sample: fc.Arbitrary<Sample> = fc
  .record({ nFeatures: fc.integer({ min: 1, max: 9 }), nRows: fc.integer({ min: 1, max: 60 }) })
  .chain(({ nFeatures, nRows }) => {
    const row = fc.array(finite, { minLength: nFeatures, maxLength: nFeatures })
    return fc.record({
      options: fc.record({
        nFeatures: fc.constant(nFeatures),
        nTrees: fc.integer({ min: 1, max: 9 }),
        subsampleSize: fc.integer({ min: 2, max: 70 }),
        contamination: fc.oneof(
          fc.constantFrom(0.1, 0.5, 'auto' as const),
          fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        ),
        seed: fc.nat({ max: 0xffffffff }),
      }),
      rows: fc.oneof(
        fc.array(row, { minLength: nRows, maxLength: nRows }),
        row.map((same) => Array.from({ length: nRows }, () => [...same])),
      ),
      probes: fc.array(row, { minLength: 1, maxLength: 8 }),
    })
  })

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ForestError, IsolationForest } from '#sentinel/forest/index.js'
import { builds, createForest, source } from './builds.js'
import { guardsIntact } from './guards.js'
import { seeded } from './samples.js'
import { signed } from './signed.js'

const THRESHOLD_AT = 48

// A checksum keeps out accidents, not forgers: what they write must not reach memory it should not.
describe.each(builds)('forged bytes in the $name build', (build) => {
  it.each([2, 300])(
    'of %d features are refused, or are a forest that stays inside its memory and scores in (0, 1]',
    async (nFeatures) => {
      const forest = await createForest(build, { nFeatures, nTrees: 5, subsampleSize: 16 })
      const rows = Array.from({ length: 20 }, (_, i) =>
        Array.from({ length: nFeatures }, (_, f) => (i * (f + 1)) % 17),
      )
      const bytes = forest.fit(rows).toBytes()
      const edits = fc.array(
        fc.record({
          at: fc.oneof(fc.integer({ min: 16, max: 55 }), fc.integer({ min: 16, max: bytes.length - 1 })),
          byte: fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat({ max: 255 })),
        }),
        { minLength: 1, maxLength: 4 },
      )
      await fc.assert(
        fc.asyncProperty(edits, async (changes) => {
          const forged = bytes.slice()
          for (const { at, byte } of changes) forged[at] = byte
          const outcome = await IsolationForest.fromBytes(signed(forged), source(build)).catch(
            (error) => error,
          )
          if (outcome instanceof ForestError) {
            expect(['FOREST_BAD_BYTES', 'FOREST_OUT_OF_MEMORY']).toContain(outcome.code)
            return
          }
          expect(outcome).toBeInstanceOf(IsolationForest)
          const copy = outcome as IsolationForest
          expect(Number.isFinite(copy.threshold)).toBe(true)
          const row = new Array<number>(copy.nFeatures).fill(3)
          const score = copy.score(row)
          expect(score > 0 && score <= 1).toBe(true)
          copy.attribute(row)
          copy.isAnomaly(row)
          expect(guardsIntact(copy.arena)).toBe(true)
        }),
        seeded(300),
      )
    },
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'are refused with the threshold %d',
    async (threshold) => {
      const forest = await createForest(build, { nFeatures: 1, nTrees: 2 })
      const bytes = forest.fit([[1], [2], [3]]).toBytes()
      new DataView(bytes.buffer).setFloat64(THRESHOLD_AT, threshold, true)
      await expect(IsolationForest.fromBytes(signed(bytes), source(build))).rejects.toMatchObject({
        code: 'FOREST_BAD_BYTES',
      })
    },
  )
})

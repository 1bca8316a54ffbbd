import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ForestError, IsolationForest } from '#sentinel/forest/index.js'
import { builds, createForest, source } from './builds.js'
import { guardsIntact } from './guards.js'
import { seeded } from './samples.js'
import { signed } from './signed.js'

const SCORES_COUNTED_AT = 32
const THRESHOLD_AT = 48
const HEADER_BYTES = 56

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

  /** Two rows make a tree of a root and two leaves; the root is a feature, a split and the rows to its left. */
  it.each<[string, (root: DataView) => void]>([
    ['that has no row to its left', (root) => root.setUint16(5, 0, true)],
    ['that has all rows to its left', (root) => root.setUint16(5, 2, true)],
    ['of a feature that there is not', (root) => root.setUint8(0, 1)],
    ['that splits at no number', (root) => root.setFloat32(1, Number.NaN, true)],
  ])('are refused with a node %s', async (_what, forge) => {
    const forest = await createForest(build, { nFeatures: 1, nTrees: 1, subsampleSize: 2 })
    const bytes = forest.fit([[1], [2]]).toBytes()
    const root = new DataView(bytes.buffer, HEADER_BYTES + 2 * 8)
    expect([root.getUint8(0), root.getUint16(5, true)]).toEqual([0, 1])
    forge(root)
    await expect(IsolationForest.fromBytes(signed(bytes), source(build))).rejects.toThrow(
      'a node that cannot be',
    )
  })

  it('are refused with more scores than they have bytes, before there is memory for those', async () => {
    const forest = await createForest(build, { nFeatures: 1, nTrees: 2 })
    const bytes = forest.fit([[1], [2], [3]]).toBytes()
    new DataView(bytes.buffer).setUint32(SCORES_COUNTED_AT, 1_000_000, true)
    await expect(IsolationForest.fromBytes(signed(bytes), source(build))).rejects.toThrow(
      'the scores do not fit',
    )
  })
})

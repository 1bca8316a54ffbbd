import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ForestError, IsolationForest } from '#sentinel/forest/index.js'
import { builds, createForest, source } from './builds.js'
import { guardsIntact } from './guards.js'
import { sample, seeded } from './samples.js'

describe.each(builds)('the bytes of a forest in the $name build', (build) => {
  it('give the forest back, with the same scores, verdicts and bytes', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const bytes = forest.toBytes()
        const copy = await IsolationForest.fromBytes(bytes, source(build))
        const all = [...rows, ...probes]
        expect([...copy.scoreBatch(all)]).toEqual([...forest.scoreBatch(all)])
        expect(copy.threshold).toBe(forest.threshold)
        expect(all.map((row) => copy.isAnomaly(row))).toEqual(all.map((row) => forest.isAnomaly(row)))
        for (const row of probes) {
          const score = forest.score(row)
          expect(copy.confidence(score)).toBe(forest.confidence(score))
          expect(copy.attribute(row)).toEqual(forest.attribute(row))
        }
        expect(Buffer.compare(copy.toBytes(), bytes)).toBe(0)
        expect(guardsIntact(copy.arena)).toBe(true)
      }),
      seeded(40),
    )
  })

  it('are read from the middle of a larger buffer too', async () => {
    const forest = (await createForest(build, { nFeatures: 1, nTrees: 2 })).fit([[1], [2], [4]])
    const bytes = forest.toBytes()
    const larger = new Uint8Array(bytes.length + 7)
    larger.set(bytes, 3)
    const copy = await IsolationForest.fromBytes(larger.subarray(3, 3 + bytes.length), source(build))
    expect(copy.score([3])).toBe(forest.score([3]))
  })

  describe('are refused', () => {
    let bytes: Uint8Array
    beforeAll(async () => {
      const forest = await createForest(build, { nFeatures: 2, nTrees: 5, subsampleSize: 16 })
      bytes = forest.fit([...Array(20).keys()].map((i) => [i, (i * 7) % 5])).toBytes()
    })
    const refused = async (wrong: Uint8Array): Promise<void> => {
      await expect(IsolationForest.fromBytes(wrong, source(build))).rejects.toMatchObject({
        constructor: ForestError,
        code: 'FOREST_BAD_BYTES',
      })
    }

    it('with any one bit flipped', async () => {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const wrong = bytes.slice()
        wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7))
        await refused(wrong)
      }
    })

    it('with several bits flipped', async () => {
      const bits = fc.uniqueArray(fc.nat({ max: bytes.length * 8 - 1 }), { minLength: 1, maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(bits, async (flipped) => {
          const wrong = bytes.slice()
          for (const bit of flipped) wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7))
          await refused(wrong)
        }),
        seeded(200),
      )
    })

    it('truncated anywhere, or with bytes behind', async () => {
      for (let length = 0; length < bytes.length; length++) await refused(bytes.subarray(0, length))
      const longer = new Uint8Array(bytes.length + 1)
      longer.set(bytes)
      await refused(longer)
    })

    it('when they are foreign', async () => {
      await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), refused), seeded(100))
    })
  })
})

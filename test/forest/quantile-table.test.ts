import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { gaussian, mulberry32 } from '../../made-up/random.js'
import { builds, createForest, source } from './builds.js'

const random = mulberry32(41)
const rows = Array.from({ length: 30_000 }, () => [gaussian(random), gaussian(random), random.below(3)])

describe.each(builds.slice(0, 1))(
  'bytes without the scores of the training rows, in the $name build',
  (build) => {
    it.each([0.1, 0.01, 0.5, 'auto'] as const)(
      'are a fraction as long and keep the confidence, at contamination %s',
      async (contamination) => {
        const forest = await createForest(build, { nFeatures: 3, contamination, nTrees: 20 })
        forest.fit(rows)
        const whole = forest.toBytes()
        const bytes = forest.toBytes({ calibration: false })
        expect(bytes.length).toBeLessThan(whole.length / 2)
        const copy = await IsolationForest.fromBytes(bytes, source(build))
        expect(copy.threshold).toBe(forest.threshold)
        expect(copy.nRows).toBe(forest.nRows)
        const probes = [
          ...rows.slice(0, 3000),
          ...rows.slice(0, 500).map(([a = 0, b = 0]) => [4 * a, 4 * b, 1]),
        ]
        for (const probe of probes) {
          const score = forest.score(probe)
          expect(copy.score(probe)).toBe(score)
          expect(Math.abs(copy.confidence(score) - forest.confidence(score))).toBeLessThan(1e-3)
        }
        expect(Buffer.compare(copy.toBytes({ calibration: false }), bytes)).toBe(0)
      },
    )

    it('are the whole where there are few rows', async () => {
      const forest = (await createForest(build, { nFeatures: 3 })).fit(rows.slice(0, 200))
      const copy = await IsolationForest.fromBytes(forest.toBytes({ calibration: false }), source(build))
      for (const row of rows.slice(0, 300))
        expect(copy.confidence(copy.score(row))).toBe(forest.confidence(forest.score(row)))
    })
  },
)

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builds, createForest } from './builds.js'
import { readGolden } from './fixture.js'
import { confidenceIfAnomaly, upperPercentile } from './naive-calibration.js'
import { sample, seeded } from './samples.js'

describe('the naive confidence', () => {
  it.each(readGolden().exceed)('is the golden one for n $n, contamination $contamination, k $k', (golden) => {
    const { n, contamination, k, confidence_if_anomaly } = golden
    expect(confidenceIfAnomaly(n, contamination, k)).toBeCloseTo(confidence_if_anomaly, 10)
  })
})

describe.each(builds)('calibration of the $name build', (build) => {
  it('puts the threshold at the (1-γ) percentile of the training scores, or at 0.5 for auto', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const { contamination = 0.1 } = options
        const expected =
          contamination === 'auto' ? 0.5 : upperPercentile(forest.scoreBatch(rows), contamination)
        expect(forest.threshold).toBeCloseTo(expected, 12)
      }),
      seeded(60),
    )
  })

  it('calls a row anomalous strictly above the threshold, so at most a share γ of the training rows', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        for (const row of [...rows, ...probes]) {
          const margin = forest.score(row) - forest.threshold
          if (Math.abs(margin) > 1e-9) expect(forest.isAnomaly(row)).toBe(margin > 0)
          if (margin === 0) expect(forest.isAnomaly(row)).toBe(false)
        }
        if (typeof options.contamination === 'number') {
          const flagged = rows.filter((row) => forest.isAnomaly(row)).length
          expect(flagged).toBeLessThanOrEqual(Math.ceil(rows.length * options.contamination))
        }
      }),
      seeded(60),
    )
  })

  it('reports the confidence of ExCeeD, of an anomaly C and of a normal row 1 - C', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows, probes }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const scores = forest.scoreBatch(rows)
        const above = scores.filter((score) => score - 0.5 > 1e-12).length
        const share = options.contamination === 'auto' ? above / rows.length : (options.contamination ?? 0.1)
        for (const row of [...probes, ...rows.slice(0, 5)]) {
          const score = forest.score(row)
          // Of equal scores one is the row's own; the others are decided as it is.
          const below = scores.filter((other) => other < score - 1e-12).length
          const k = below + (scores.some((other) => Math.abs(other - score) <= 1e-12) ? 1 : 0)
          const ofAnomaly = confidenceIfAnomaly(rows.length, share, k)
          expect(forest.confidence(score)).toBeCloseTo(forest.isAnomaly(row) ? ofAnomaly : 1 - ofAnomaly, 9)
        }
      }),
      seeded(40),
    )
  })

  it('takes equal rows for ties whatever the rounding: none is anomalous, and surely so', async () => {
    for (const nTrees of [1, 3, 7, 10, 100, 333, 1000]) {
      for (const n of [2, 3, 60, 300]) {
        for (const contamination of [0.1, 'auto'] as const) {
          const forest = await createForest(build, { nFeatures: 2, nTrees, contamination })
          forest.fit(Array.from({ length: n }, () => [3, 4]))
          expect(forest.score([3, 4])).toBeCloseTo(0.5, 12)
          expect(forest.isAnomaly([3, 4])).toBe(false)
          // Under auto the share of anomalies is 0, and a verdict of normal cannot change.
          if (contamination === 'auto') expect(forest.confidence(forest.score([3, 4]))).toBe(1)
          else if (n === 300) expect(forest.confidence(forest.score([3, 4]))).toBeGreaterThan(0.999)
        }
      }
    }
  })

  it('is sure of a row that more rows are equal to than a redraw can call anomalous', async () => {
    const forest = await createForest(build, { nFeatures: 2 })
    forest.fit(Array.from({ length: 1000 }, (_, i) => (i % 20 === 0 ? [10 + i, i] : [1, 2])))
    expect(forest.isAnomaly([1, 2])).toBe(false)
    expect(forest.confidence(forest.score([1, 2]))).toBeGreaterThan(0.999)
  })

  it('has a confidence in [0, 1] that grows with the score of an anomaly', async () => {
    const forest = await createForest(build, { nFeatures: 1 })
    forest.fit([...Array(1000).keys()].map((i) => [(i * 7919) % 1009]))
    const scores = Array.from({ length: 101 }, (_, i) => i / 100)
    const confidences = scores.map((score) => forest.confidence(score))
    for (const value of confidences) expect(value >= 0 && value <= 1).toBe(true)
    const ofAnomalies = confidences.filter((_, i) => (scores[i] as number) > forest.threshold)
    expect(ofAnomalies).toEqual([...ofAnomalies].sort((a, b) => a - b))
  })
})

import { describe, expect, it } from 'vitest'
import { auroc, averagePrecision } from '../../made-up/trial/ranking.js'

// Expected values: scikit-learn's roc_auc_score and average_precision_score.
describe('ranking quality', () => {
  it('is perfect when every anomaly scores above every normal row', () => {
    expect(auroc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])).toBe(1)
    expect(averagePrecision([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])).toBe(1)
  })

  it('matches the example of the scikit-learn manual', () => {
    expect(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.75, 12)
    expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.8333333333333333, 12)
  })

  it('counts a tie as one half', () => {
    expect(auroc([0.5, 0.5, 0.5, 0.9], [0, 1, 0, 1])).toBeCloseTo(0.75, 12)
    expect(averagePrecision([0.5, 0.5, 0.5, 0.9], [0, 1, 0, 1])).toBeCloseTo(0.75, 12)
    expect(auroc([1, 1, 1], [0, 1, 0])).toBe(0.5)
  })

  it('does not depend on the order of rows', () => {
    expect(auroc([0.9, 0.1, 0.35, 0.4], [1, 0, 1, 0])).toBe(auroc([0.1, 0.35, 0.4, 0.9], [0, 1, 0, 1]))
  })
})

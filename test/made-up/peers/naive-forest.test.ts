import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../../made-up/peers/naive-forest.js'
import { averagePathLength } from '../../../made-up/peers/naive-tree.js'
import { mulberry32 } from '../../../made-up/random.js'
import { gaussianRows } from '../../../made-up/rows.js'
import { fixtureNames, readFixture, readGolden, treeFromScikitLearn } from '../../forest/fixture.js'

// The reference must be right before anything is compared with it.
describe('the naive forest', () => {
  it.each(fixtureNames)('scores the trees of the %s fixture as scikit-learn does', (name) => {
    const doc = readFixture(name)
    const forest = new NaiveForest(
      doc.trees.map((tree) => treeFromScikitLearn(tree)),
      doc.max_samples,
    )
    doc.test.forEach((row, i) => {
      expect(forest.score(row)).toBeCloseTo(-(doc.score_samples[i] as number), 12)
    })
    doc.train.forEach((row, i) => {
      expect(forest.score(row)).toBeCloseTo(-(doc.train_score_samples[i] as number), 12)
    })
  })

  it('has the average path length of scikit-learn', () => {
    for (const [n, expected] of Object.entries(readGolden().average_path_length)) {
      expect(averagePathLength(Number(n))).toBeCloseTo(expected, 12)
    }
  })

  it('gives bits that add up to the score', () => {
    const rows = gaussianRows(200, 4, 1)
    const forest = NaiveForest.grow(rows, { nTrees: 20, subsampleSize: 64, randomOfTree: mulberry32 })
    for (const row of rows.slice(0, 20)) {
      const bits = forest.contributions(row).reduce((sum, b) => sum + b, -1)
      expect(2 ** bits).toBeCloseTo(forest.score(row), 12)
    }
  })
})

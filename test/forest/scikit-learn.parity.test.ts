import { beforeAll, describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { treesOf } from '../../made-up/peers/naive-tree.js'
import { builds, source } from './builds.js'
import { BOOTSTRAP, fixtureNames, readFixture, readGolden, treeFromScikitLearn } from './fixture.js'
import { guardsIntact } from './guards.js'

const TOLERANCE = 1e-6

describe.each(builds)('a scikit-learn forest in the $name build', (build) => {
  describe.each(fixtureNames)('fixture %s', (name) => {
    const doc = readFixture(name)
    let forest: IsolationForest
    beforeAll(async () => {
      forest = await IsolationForest.fromScikitLearn(doc, source(build))
    })

    it('has its shape', () => {
      expect(forest.fitted).toBe(true)
      expect(forest.nTrees).toBe(doc.trees.length)
      expect(forest.nFeatures).toBe(doc.n_features)
      expect(forest.subsampleSize).toBe(doc.max_samples)
    })

    it.each([
      ['test', doc.test, doc.score_samples],
      ['train', doc.train, doc.train_score_samples],
    ] as const)('scores its %s rows, one by one and in a batch', (_, rows, scoreSamples) => {
      const batch = forest.scoreBatch(rows)
      rows.forEach((row, i) => {
        expect(Math.abs(forest.score(row) + (scoreSamples[i] as number))).toBeLessThan(TOLERANCE)
        expect(batch[i]).toBe(forest.score(row))
      })
    })

    it('has its threshold and its labels, ties included', () => {
      expect(Math.abs(forest.threshold + doc.offset)).toBeLessThan(TOLERANCE)
      expect(doc.test.map((row) => (forest.isAnomaly(row) ? -1 : 1))).toEqual(doc.predict)
      // decision_function is negative exactly where predict is -1; the training rows hold the exact ties.
      const trainLabels = doc.train_score_samples.map((score) => (score - doc.offset < 0 ? -1 : 1))
      expect(doc.train.map((row) => (forest.isAnomaly(row) ? -1 : 1))).toEqual(trainLabels)
    })

    it('has its trees, every size and every split', () => {
      const expected = doc.trees.map((tree) => treeFromScikitLearn(tree))
      expect(treesOf(forest).map(sizesOf)).toEqual(expected.map(sizesOf))
    })

    it('finds the same threshold from the training rows by itself', () => {
      const again = forest.setContamination(doc.contamination)
      expect(Math.abs(again.threshold + doc.offset)).toBeLessThan(TOLERANCE)
    })

    it('keeps the memory around its regions whole', () => {
      expect(guardsIntact(forest.arena)).toBe(true)
    })

    it('comes back from bytes with the same answers', async () => {
      const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
      expect([...copy.scoreBatch(doc.test)]).toEqual([...forest.scoreBatch(doc.test)])
      expect(copy.threshold).toBe(forest.threshold)
    })
  })
})

describe.each(builds)('a scikit-learn forest without its training rows, in the $name build', (build) => {
  const { train: _, train_score_samples: scores, ...doc } = readFixture('telemetry')

  it('judges as with them, and has no confidence to report', async () => {
    const forest = await IsolationForest.fromScikitLearn(doc, source(build))
    expect(doc.test.map((row) => (forest.isAnomaly(row) ? -1 : 1))).toEqual(doc.predict)
    expect(() => forest.confidence(0.6)).toThrow(expect.objectContaining({ code: 'FOREST_NOT_CALIBRATED' }))
    expect(() => forest.setContamination(0.2)).toThrow(
      expect.objectContaining({ code: 'FOREST_NOT_CALIBRATED' }),
    )
  })

  it('has the same confidence from the scores of the training rows as from the rows', async () => {
    const fromScores = await IsolationForest.fromScikitLearn(
      { ...doc, train_score_samples: scores },
      source(build),
    )
    const fromRows = await IsolationForest.fromScikitLearn(readFixture('telemetry'), source(build))
    // Between two scores, so that rounding cannot move one across.
    for (const score of [0.35, 0.4001, 0.5003, 0.5807, 0.65]) {
      expect(fromScores.confidence(score)).toBeCloseTo(fromRows.confidence(score), 9)
    }
  })
})

describe.each(builds)('a forest of bootstrap=True in the $name build', (build) => {
  const fixture = readFixture(BOOTSTRAP)

  it('is read although its roots count fewer rows than were drawn, and gives the same scores and labels', async () => {
    expect(fixture.trees.some((tree) => tree.n_node_samples[0] !== fixture.max_samples)).toBe(true)
    const forest = await IsolationForest.fromScikitLearn(fixture, source(build))
    fixture.test.forEach((row, i) => {
      expect(forest.score(row)).toBeCloseTo(-(fixture.score_samples[i] as number), 12)
      expect(forest.isAnomaly(row)).toBe(fixture.predict[i] === -1)
    })
    const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
    expect(copy.scoreBatch(fixture.test)).toEqual(forest.scoreBatch(fixture.test))
  })

  it('explains its scores exactly, too', async () => {
    const forest = await IsolationForest.fromScikitLearn(fixture, source(build))
    for (const row of fixture.test) {
      const { score, contributions } = forest.attribute(row)
      expect(2 ** (-1 + contributions.reduce((sum, bits) => sum + bits, 0))).toBeCloseTo(score, 12)
    }
  })

  it('is refused when a tree has more rows than were drawn, or when its scores are not those of the document', async () => {
    const trees = fixture.trees.map((tree, t) =>
      t === 2 ? { ...tree, n_node_samples: [33, ...tree.n_node_samples.slice(1)] } : tree,
    )
    await expect(IsolationForest.fromScikitLearn({ ...fixture, trees }, source(build))).rejects.toThrow(
      /tree 2: n_node_samples of the root is 33, and max_samples 32/,
    )
    const scores = fixture.train_score_samples.map((score, i) => (i === 3 ? score - 0.01 : score))
    const other = { ...fixture, train_score_samples: scores }
    await expect(IsolationForest.fromScikitLearn(other, source(build))).rejects.toThrow(
      /scores of train differ from train_score_samples by up to 0\.01/,
    )
  })
})

describe.each(builds)('golden numbers in the $name build', (build) => {
  const golden = readGolden()

  it('average path lengths', async () => {
    const { arena } = await IsolationForest.create({ nFeatures: 1, ...source(build) })
    for (const [n, expected] of Object.entries(golden.average_path_length)) {
      expect(Math.abs(arena.wasm.averagePathLength(Number(n)) - expected)).toBeLessThan(1e-9)
    }
  })

  it.each(golden.exceed)('confidence, n $n, contamination $contamination, k $k', async (point) => {
    const { n, contamination, k, confidence_if_anomaly } = point
    const forest = await IsolationForest.create({ nFeatures: 1, maxRows: n, nTrees: 1, ...source(build) })
    forest.fit(Array.from({ length: n }, (_, i) => [i]))
    const { wasm, base } = forest.arena
    // Scores 1/(n+1), 2/(n+1) … n/(n+1), so that k + 1/2 of them lie below (k + 1/2)/(n+1).
    forest.arena.scores(0, n).set(Array.from({ length: n }, (_, i) => (i + 1) / (n + 1)))
    wasm.calibrateOn(base, 0, n, contamination)
    const score = (k + 0.5) / (n + 1)
    wasm.setThreshold(base, 0, -1)
    expect(Math.abs(forest.confidence(score) - confidence_if_anomaly)).toBeLessThan(1e-9)
    wasm.setThreshold(base, 0, 2)
    expect(Math.abs(1 - forest.confidence(score) - confidence_if_anomaly)).toBeLessThan(1e-9)
  })
})

function sizesOf(node: ReturnType<typeof treeFromScikitLearn>): unknown {
  const { size, split } = node
  return split
    ? { size, feature: split.feature, left: sizesOf(split.left), right: sizesOf(split.right) }
    : size
}

import { describe, expect, it } from 'vitest'
import { IsolationForest, type ScikitLearnForest } from '#sentinel/forest/index.js'
import { builds, source } from './builds.js'
import { readFixture, SOME_FEATURES } from './fixture.js'

const build = builds[0] as (typeof builds)[number]
const doc = readFixture(SOME_FEATURES)
const read = (changed: object): Promise<IsolationForest> =>
  IsolationForest.fromScikitLearn({ ...doc, ...changed } as ScikitLearnForest, source(build))

describe('a forest of max_features below 1', () => {
  it('gives the scores, the threshold and the labels that scikit-learn gives', async () => {
    const forest = await read({})
    for (const [rows, scores] of [
      [doc.test, doc.score_samples],
      [doc.train, doc.train_score_samples],
    ] as const) {
      rows.forEach((row, i) => {
        expect(Math.abs(forest.score(row) + (scores[i] as number))).toBeLessThan(1e-6)
      })
    }
    expect(doc.test.map((row) => (forest.isAnomaly(row) ? -1 : 1))).toEqual(doc.predict)
    const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
    expect(copy.scoreBatch(doc.test)).toEqual(forest.scoreBatch(doc.test))
  })

  it('is refused without the columns of its trees, with the largest difference of its scores', async () => {
    const difference = /differ from \w*train_score_samples by up to 0\.\d+.*estimators_features/
    await expect(read({ estimators_features: undefined })).rejects.toThrow(difference)
    const rows = {
      check_rows: doc.train.slice(0, 20),
      check_score_samples: doc.train_score_samples.slice(0, 20),
    }
    await expect(read({ estimators_features: null, train: undefined, ...rows })).rejects.toThrow(
      /check_rows differ from check_score_samples by up to 0\.\d+/,
    )
    await expect(read({ train: undefined, ...rows })).resolves.toBeInstanceOf(IsolationForest)
  })

  it('is refused with other columns, saying which', async () => {
    const [, ...others] = doc.estimators_features as number[][]
    for (const [first, message] of [
      [[0, 3], /estimators_features\[0\] must be numbers of columns, from 0 to 2/],
      [[0, -1], /estimators_features\[0\]/],
      [[], /estimators_features\[0\]/],
      [[0], /tree 0, node \d+: feature must be an integer from 0 to 0/],
    ] as const)
      await expect(read({ estimators_features: [first, ...others] })).rejects.toThrow(message)
    await expect(read({ estimators_features: others })).rejects.toThrow(/one entry a tree/)
  })
})

describe('the names of columns', () => {
  const names = ['latency', 'input_length', 'errors']

  it('come along into bytes and back', async () => {
    const forest = await read({ feature_names: names })
    expect(forest.featureNames).toEqual(names)
    const copy = await IsolationForest.fromBytes(forest.toBytes(), source(build))
    expect(copy.featureNames).toEqual(names)
    expect(copy.scoreBatch(doc.test)).toEqual(forest.scoreBatch(doc.test))
    const own = await IsolationForest.create({ nFeatures: 1, featureNames: ['a'], ...source(build) })
    expect(
      (await IsolationForest.fromBytes(own.fit([[1], [2]]).toBytes(), source(build))).featureNames,
    ).toEqual(['a'])
  })

  it('are refused where they do not fit', async () => {
    for (const feature_names of [['a', 'b'], ['a', 'b', 'a'], ['a', '', 'c'], [1, 2, 3], 'abc'])
      await expect(read({ feature_names })).rejects.toThrow(/feature_names must be n_features names/)
  })
})

describe('what is larger than can be', () => {
  it('is refused in the words of scikit-learn', async () => {
    const trees = Array.from({ length: 1001 }, () => doc.trees[0])
    await expect(read({ trees, estimators_features: undefined })).rejects.toThrow(
      /n_estimators is 1001; fit with n_estimators=1000 or fewer/,
    )
    await expect(read({ max_samples: 5000 })).rejects.toThrow(
      /max_samples_ is 5000, .* fit with max_samples=4096 or fewer/,
    )
  })
})

it('scores that are not one a row are refused', async () => {
  await expect(read({ train_score_samples: doc.train_score_samples.slice(1) })).rejects.toThrow(
    /train has 300 rows, and train_score_samples 299 scores/,
  )
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ForestError, type ForestOptions, IsolationForest } from '#sentinel/forest/index.js'
import { builds, createForest, source } from './builds.js'
import { readFixture } from './fixture.js'
import { guardsIntact } from './guards.js'
import { seeded } from './samples.js'

/** What a call throws, as a ForestError or not at all. */
function thrown(call: () => unknown): ForestError {
  try {
    call()
  } catch (error) {
    if (error instanceof ForestError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const notNumbers: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '1',
  null,
  undefined,
]

describe.each(builds)('the $name build refuses', (build) => {
  it.each([
    ['nFeatures', [0, 4097, 1.5, -1, Number.NaN, '3'], /nFeatures.*\b1 to 4096\b/],
    ['nTrees', [0, 1001, 2.5, Number.POSITIVE_INFINITY], /nTrees.*\b1 to 1,?000\b/],
    ['subsampleSize', [0, 1, 4097, 10.1], /subsampleSize.*\b2 to 4,?096\b/],
    ['contamination', [0, -0.1, 0.51, Number.NaN, 'some', null], /contamination.*auto.*0\.5/],
    ['seed', [-1, 2 ** 32, 0.5], /seed.*\b0 to 4,?294,?967,?295\b/],
    ['maxRows', [0, -5, 1.5, 1e12], /maxRows.*\b1 to /],
  ] as const)('option %s out of range, with the range in the message', async (name, values, message) => {
    for (const value of values) {
      const options = { nFeatures: 2, [name]: value } as unknown as ForestOptions
      await expect(createForest(build, options)).rejects.toMatchObject({
        constructor: ForestError,
        code: 'FOREST_BAD_OPTION',
        message: expect.stringMatching(message),
      })
    }
  })

  it('options that there are none of, by name, and says what is meant', async () => {
    const wrongs: readonly [object, RegExp][] = [
      [
        { nFeatures: 2, n_estimators: 50 },
        /no option "n_estimators" \(here nTrees\); there are nFeatures, nTrees/,
      ],
      [{ nFeatures: 2, max_samples: 5, ntrees: 3 }, /"max_samples" \(here subsampleSize\), "ntrees"/],
      [{ nFeatures: 2, constructor: 1 }, /"constructor"; there are/],
      [{ nFeatures: 2, featureNames: ['a'] }, /featureNames must be 2 names/],
      [{ nFeatures: 2, rangeExtension: 'yes' }, /rangeExtension is "yes"; it must be true or false/],
    ]
    for (const [options, message] of wrongs)
      await expect(createForest(build, options as ForestOptions)).rejects.toThrow(message)
    for (const none of [undefined, null, 3])
      await expect(IsolationForest.create(none as never)).rejects.toThrow(/options must be an object such as/)
  })

  it('to be made by new, and says how', () => {
    const make = IsolationForest as unknown as new (options?: object) => IsolationForest
    for (const options of [undefined, { nFeatures: 3 }])
      expect(thrown(() => new make(options)).message).toMatch(/made by await IsolationForest\.create\(/)
  })

  it('categories, saying how they go as numbers', async () => {
    const forest = await createForest(build, { nFeatures: 2 })
    expect(thrown(() => forest.fit([[1, 'GET' as never]])).message).toMatch(
      /row 0, feature 1 is a value of type string; .* Categories go as numbers/,
    )
  })

  it('to answer before fit', async () => {
    const forest = await createForest(build, { nFeatures: 2 })
    expect(forest.fitted).toBe(false)
    const calls = [
      () => forest.score([1, 2]),
      () => forest.scoreBatch([[1, 2]]),
      () => forest.threshold,
      () => forest.isAnomaly([1, 2]),
      () => forest.confidence(0.5),
      () => forest.attribute([1, 2]),
      () => forest.toBytes(),
      () => forest.tree(0),
    ]
    for (const call of calls) expect(thrown(call).code).toBe('FOREST_NOT_FITTED')
  })

  it.each([
    [
      [1, 2, 3, 4],
      /^row 0 is a number; it must be an array of 2 numbers, one a feature\. .*\{ data: Float64Array/,
    ],
    [
      [{ latency: 1, bytes: 2, errors: 3 }],
      /^row 0 is an object \(latency, bytes, errors\); .*rows\.map\(\(row\) => \[row\.latency, row\.bytes\]\)$/,
    ],
    [[[1, 2], 'ab'.repeat(9)], /^row 1 is a string; it must be an array of 2 numbers/],
    [[[1, 2], null], /^row 1 is null; it must be an array of 2 numbers/],
    [[[1, 2], undefined], /^row 1 is undefined; it must be/],
    [[[1, 2], {}], /^row 1 is an object \(without fields\); it must be/],
    [
      [
        [1, 2],
        [1, 2, 3],
      ],
      /^row 1 has 3 values; it must have 2 numbers, one a feature$/,
    ],
    [Float64Array.of(1, 2, 3, 4), /^rows must be an array of rows or \{ data, nRows \}: a flat list goes as/],
    [{ latency: [1, 2] }, /^rows must be an array of rows or \{ data, nRows \}$/],
  ])('rows of another shape (%j), saying how they must look', async (rows, message) => {
    const forest = await createForest(build, { nFeatures: 2, nTrees: 3 })
    expect(thrown(() => forest.fit(rows as never)).message).toMatch(message)
    forest.fit(Array.from({ length: 30 }, (_, i) => [i, i % 7]))
    expect(thrown(() => forest.scoreBatch(rows as never)).message).toMatch(message)
  })

  it('one row of another shape, saying how it must look', async () => {
    const forest = await createForest(build, { nFeatures: 2, nTrees: 3 })
    forest.fit(Array.from({ length: 30 }, (_, i) => [i, i % 7]))
    expect(thrown(() => forest.score(7 as never)).message).toBe(
      'the row is a number; it must be an array of 2 numbers, one a feature, such as [1, 2]',
    )
    expect(thrown(() => forest.score({ latency: 7, bytes: 9 } as never)).message).toBe(
      'the row is an object (latency, bytes); it must be an array of 2 numbers, one a feature. ' +
        'Choose the fields and their order: (row) => [row.latency, row.bytes]',
    )
  })

  it('anything but finite numbers, naming row and feature, and stays the forest it was', async () => {
    const forest = await createForest(build, { nFeatures: 3, nTrees: 3 })
    forest.fit([...Array(30).keys()].map((i) => [i, i % 3, i % 7]))
    const before = forest.toBytes()
    const place = fc.record({
      row: fc.nat({ max: 19 }),
      feature: fc.nat({ max: 2 }),
      wrong: fc.constantFrom(...notNumbers),
    })
    fc.assert(
      fc.property(place, ({ row, feature, wrong }) => {
        const rows = Array.from({ length: 20 }, (_, i) => [i, 0, 1])
        ;(rows[row] as unknown[])[feature] = wrong
        for (const call of [() => forest.fit(rows), () => forest.scoreBatch(rows)]) {
          const error = thrown(call)
          expect(error.code).toBe('FOREST_BAD_ROW')
          expect(error.message).toMatch(new RegExp(`row ${row}\\b.*feature ${feature}\\b`))
        }
        const one = rows[row] as number[]
        for (const call of [
          () => forest.score(one),
          () => forest.isAnomaly(one),
          () => forest.attribute(one),
        ]) {
          const error = thrown(call)
          expect(error.code).toBe('FOREST_BAD_ROW')
          expect(error.message).toMatch(new RegExp(`feature ${feature}\\b`))
        }
        expect(Buffer.compare(forest.toBytes(), before)).toBe(0)
      }),
      seeded(60),
    )
    expect(guardsIntact(forest.arena)).toBe(true)
  })

  it('NaN in typed rows, naming row and feature', async () => {
    const forest = await createForest(build, { nFeatures: 2 })
    const data = new Float32Array([1, 2, 3, Number.NaN, 5, 6])
    const error = thrown(() => forest.fit({ data, nRows: 3 }))
    expect(error.code).toBe('FOREST_BAD_ROW')
    expect(error.message).toMatch(/row 1\b.*feature 1\b/)
    expect(forest.fitted).toBe(false)
  })

  it('rows of a wrong length, naming the row and what it must have', async () => {
    const forest = await createForest(build, { nFeatures: 3, nTrees: 2 })
    forest.fit([
      [1, 2, 3],
      [4, 5, 6],
    ])
    for (const wrong of [[], [1], [1, 2], [1, 2, 3, 4]]) {
      const error = thrown(() => forest.scoreBatch([[1, 2, 3], wrong]))
      expect(error.code).toBe('FOREST_BAD_ROW')
      expect(error.message).toMatch(/row 1\b.*\b3\b/)
      expect(thrown(() => forest.score(wrong)).code).toBe('FOREST_BAD_ROW')
      expect(thrown(() => forest.fit([[1, 2, 3], wrong])).message).toMatch(/row 1\b.*\b3\b/)
    }
    const data = new Float64Array(7)
    for (const nRows of [0, 2, 3, -1, 2.5, Number.NaN]) {
      expect(thrown(() => forest.scoreBatch({ data, nRows })).code).toBe('FOREST_BAD_ROW')
    }
  })

  it('to fit on no rows, or on more than maxRows', async () => {
    const forest = await createForest(build, { nFeatures: 1, maxRows: 5 })
    expect(thrown(() => forest.fit([])).code).toBe('FOREST_BAD_ROW')
    const error = thrown(() => forest.fit([[1], [2], [3], [4], [5], [6]]))
    expect(error.code).toBe('FOREST_TOO_MANY_ROWS')
    expect(error.message).toMatch(/6.*5/)
  })

  it('scikit-learn documents that are not whole, saying where', async () => {
    const doc = readFixture('toy')
    const tree = doc.trees[0]
    if (!tree) throw new Error('the fixture has no trees')
    const wrongTrees = [
      { ...tree, feature: tree.feature.slice(1) },
      { ...tree, feature: tree.feature.map(() => 2) },
      { ...tree, threshold: tree.threshold.map(() => Number.NaN) },
      { ...tree, children_left: tree.children_left.map(() => 0) },
      { ...tree, children_right: tree.children_right.map((child) => (child < 0 ? child : 1e6)) },
      { ...tree, n_node_samples: tree.n_node_samples.map((n) => n + 1) },
      { feature: [] },
    ]
    const wrongs: unknown[] = [
      null,
      {},
      { ...doc, trees: [] },
      { ...doc, n_features: 0 },
      { ...doc, max_samples: 0 },
      { ...doc, offset: null },
      { ...doc, contamination: 3 },
      { ...doc, train: [[1, 2], [3]] },
      { ...doc, train: [[1, Number.NaN]] },
      { ...doc, train: { length: 8 } },
      { ...doc, train: undefined, train_score_samples: '-0.5' },
      { ...doc, train: undefined, train_score_samples: [0.5] },
      ...wrongTrees.map((wrong) => ({ ...doc, trees: [doc.trees[1], wrong] })),
    ]
    for (const wrong of wrongs) {
      await expect(IsolationForest.fromScikitLearn(wrong as typeof doc, source(build))).rejects.toMatchObject(
        { constructor: ForestError, code: 'FOREST_BAD_DOCUMENT' },
      )
    }
  })
})

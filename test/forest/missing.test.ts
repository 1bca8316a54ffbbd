import { describe, expect, test } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'

const NAN = Number.NaN

function rowsWithGaps(n = 600): number[][] {
  return Array.from({ length: n }, (_, i) => [
    i % 5 === 0 ? NAN : 100 + ((i * 37) % 23),
    1000 + ((i * 91) % 57),
    i % 7 === 0 ? NAN : ((i * 13) % 11) / 10,
  ])
}

async function fitted(): Promise<IsolationForest> {
  const forest = await IsolationForest.create({ nFeatures: 3, nTrees: 50 })
  return forest.fit(rowsWithGaps(), { missing: 'median', featureNames: ['ms', 'bytes', 'share'] })
}

describe("with missing: 'median'", () => {
  test('a NaN is as the median of the values that its training column has', async () => {
    const forest = await fitted()
    expect([forest.missing, forest.featureNames]).toEqual(['median', ['ms', 'bytes', 'share']])
    expect(forest.score([NAN, 1020, 0.5])).toBe(forest.score([111, 1020, 0.5]))
    expect(forest.attribute([NAN, 1020, 0.5])).toEqual(forest.attribute([111, 1020, 0.5]))
    expect(forest.score([5000, NAN, 0.5])).toBeGreaterThan(forest.score([110, NAN, 0.5]))
    const rows = [
      [NAN, 1020, 0.5],
      [111, 1020, NAN],
    ]
    const flat = { data: Float64Array.from(rows.flat()), nRows: 2 }
    const alone = rows.map((row) => forest.score(row))
    expect([...forest.scoreBatch(rows)]).toEqual(alone)
    expect([...forest.scoreBatch(flat)]).toEqual(alone)
    expect(Number.isNaN(flat.data[0])).toBe(true)
  })

  test('flat rows grow the same forest, and so does saying it at the creation', async () => {
    const rows = rowsWithGaps()
    const flat = await IsolationForest.create({ nFeatures: 3, nTrees: 50, missing: 'median' })
    flat.fit(
      { data: Float64Array.from(rows.flat()), nRows: rows.length },
      { featureNames: ['ms', 'bytes', 'share'] },
    )
    expect(flat.toBytes()).toEqual((await fitted()).toBytes())
  })

  test('the bytes keep the medians, and can be fitted anew', async () => {
    const forest = await fitted()
    const again = await IsolationForest.fromBytes(forest.toBytes())
    const gap = [NAN, NAN, NAN]
    expect([again.missing, again.score(gap)]).toEqual(['median', forest.score(gap)])
    again.fit([
      [1, 2, NAN],
      [3, 4, 5],
      [NAN, 6, 7],
    ])
    expect(again.score([NAN, 4, 6])).toBe(again.score([2, 4, 6]))
  })

  test('a column without any value, a value that is none and a row of another length are refused', async () => {
    const forest = await IsolationForest.create({ nFeatures: 2, missing: 'median' })
    expect(() =>
      forest.fit([
        [1, NAN],
        [2, NAN],
      ]),
    ).toThrow('feature 1 has no value in any row')
    expect(() =>
      forest.fit([
        [1, 2],
        [NAN, '3' as never],
      ]),
    ).toThrow('row 1')
    expect(() => forest.fit([[1, 2], [NAN]])).toThrow('row 1')
    expect(() =>
      forest.fit([
        [1, 2],
        [Infinity, 2],
      ]),
    ).toThrow('row 1, feature 0 is Infinity')
    expect(forest.fitted).toBe(false)
  })
})

test('without it a NaN is refused, and bytes of before are read', async () => {
  const forest = await IsolationForest.create({ nFeatures: 2, nTrees: 10 })
  expect(() => forest.fit([[1, NAN]])).toThrow('row 0, feature 1 is NaN')
  forest.fit([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  expect(() => forest.score([NAN, 1])).toThrow('the row, feature 0 is NaN')
  const again = await IsolationForest.fromBytes(forest.toBytes())
  expect(again.missing).toBe('refuse')
  expect(() => again.score([NAN, 1])).toThrow('feature 0 is NaN')
})

test('options of a fit that there are none of, or that cannot be, are refused by name', async () => {
  const forest = await IsolationForest.create({ nFeatures: 1 })
  expect(() => forest.fit([[1]], { mising: 'median' } as object)).toThrow(
    'there is no option "mising"; there are onProgress, missing, featureNames',
  )
  expect(() => forest.fit([[1]], { missing: 'mean' as never })).toThrow(
    "missing must be 'refuse' or 'median'",
  )
  expect(() => forest.fit([[1]], { featureNames: ['a', 'b'] })).toThrow('featureNames must be 1 names')
  await expect(IsolationForest.create({ nFeatures: 1, missing: 'zero' as never })).rejects.toThrow(
    'missing must be',
  )
})

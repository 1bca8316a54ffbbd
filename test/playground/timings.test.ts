import { expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { copyOf } from '../../web/playground/fit/timings.js'
import { conformanceRows, N_FEATURES } from '../runtimes/conformance-data.js'

it('the comparison in JavaScript gives the scores of WebAssembly', async () => {
  for (const subsampleSize of [2, 3, 100, 256]) {
    const forest = await IsolationForest.create({ nFeatures: N_FEATURES, subsampleSize, nTrees: 30 })
    forest.fit(conformanceRows(500, 3))
    const javascript = copyOf(forest)
    for (const row of conformanceRows(200, 4)) {
      expect(javascript.score(Float32Array.from(row))).toBeCloseTo(forest.score(row), 12)
    }
  }
})

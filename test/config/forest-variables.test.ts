import { describe, expect, test } from 'vitest'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { loadConfig } from '#sentinel/config/config.js'
import { IsolationForest } from '#sentinel/forest/index.js'

const VARIABLES = [
  { variable: 'SENTINEL_TREES', option: 'nTrees', least: 1, most: 1000 },
  { variable: 'SENTINEL_SUBSAMPLE', option: 'subsampleSize', least: 2, most: 4096 },
  { variable: 'SENTINEL_SEED', option: 'seed', least: 0, most: 4_294_967_295 },
  { variable: 'SENTINEL_CONTAMINATION', option: 'contamination', least: 0.001, most: 0.5 },
] as const

describe('the variables of the forest', () => {
  test.each(VARIABLES)('$variable takes what the library takes as $option, and no more', async (one) => {
    const { variable, option, least, most } = one
    for (const value of [least, most]) {
      expect(loadConfig({ [variable]: String(value) }).detector[option]).toBe(value)
      const forest = await IsolationForest.create({ nFeatures: 3, maxRows: 1, [option]: value })
      expect(forest[option]).toBe(value)
    }
    for (const value of [least - 1, most + 1]) {
      expect(() => loadConfig({ [variable]: String(value) })).toThrow(variable)
      await expect(IsolationForest.create({ nFeatures: 3, [option]: value })).rejects.toThrow(option)
    }
  })

  test('an empty environment and empty options give the same forest', async () => {
    const { nTrees, subsampleSize, seed, contamination } = loadConfig({}).detector
    const forest = await IsolationForest.create({ nFeatures: 3 })
    expect({ nTrees, subsampleSize, seed, contamination }).toEqual({
      nTrees: forest.nTrees,
      subsampleSize: forest.subsampleSize,
      seed: forest.seed,
      contamination: forest.contamination,
    })
  })
})

test('an empty environment keeps as many anomalies as a log that is told nothing', () => {
  expect(loadConfig({}).anomaliesMax).toBe(new AnomalyLog().capacity)
})
